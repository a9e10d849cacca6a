/** The part of the language's WebAssembly that is used: TypeScript has it only with a browser's types. */
declare namespace WebAssembly {
  interface Module {
    readonly kind: 'module';
  }
  interface Instance {
    readonly exports: unknown;
  }
}

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => WebAssembly.Module;
  readonly Instance: new (module: WebAssembly.Module) => WebAssembly.Instance;
};
