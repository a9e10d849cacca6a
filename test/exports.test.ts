/**
 * Holds the exports of `src` to what is used: what no other file of `src` or `test` imports is private
 * to its file, or goes. Names in scripts that tests bundle (`support/child.ts`) count as imports.
 */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, test} from '@jest/globals';
import ts from 'typescript';

const isModule = (name: string): boolean => /\.ts$/.test(name) && !/\.(as|d)\.ts$/.test(name);

const filesOf = (root: string): string[] =>
  readdirSync(root, {recursive: true, encoding: 'utf8'})
    .filter(isModule)
    .map((file) => join(root, file));

const parse = (file: string, text: string): ts.SourceFile =>
  ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);

const hasExport = (node: ts.Statement): boolean =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node) ?? []).some(({kind}) => kind === ts.SyntaxKind.ExportKeyword);

/** The names that a statement exports; a file of ours exports by declarations only. */
function exportedNames(node: ts.Statement): string[] {
  if (ts.isExportDeclaration(node) || ts.isExportAssignment(node)) return [node.getText()];
  if (!hasExport(node)) return [];
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.map(({name}) => name.getText());
  }
  const isNamed =
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node);
  return isNamed && node.name !== undefined ? [node.name.text] : [node.getText()];
}

/** `*`: every name of the file. */
interface Imported {
  readonly file: string;
  readonly name: string;
}

/** Scripts in a text are bundled in the repository, so their paths are relative to it. */
function target(file: string, path: string): string {
  const beside = join(dirname(file), path).replace(/\.js$/, '.ts');
  return existsSync(beside) ? beside : join(path).replace(/\.js$/, '.ts');
}

function importsOf(file: string, source: ts.SourceFile): Imported[] {
  const found: Imported[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const bindings = node.importClause?.namedBindings;
      const names =
        bindings !== undefined && ts.isNamedImports(bindings)
          ? bindings.elements.map(({name, propertyName}) => (propertyName ?? name).text)
          : ['*'];
      for (const name of names) found.push({file: target(file, node.moduleSpecifier.text), name});
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [path] = node.arguments;
      if (path && ts.isStringLiteral(path)) found.push({file: target(file, path.text), name: '*'});
    } else if (ts.isTemplateLiteral(node) && node.getText().includes('import {')) {
      found.push(...importsOf(file, parse(file, node.getText().slice(1, -1))));
    } else ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const sources = [...filesOf('src'), ...filesOf('test')].map((file) =>
  parse(file, readFileSync(file, 'utf8')),
);
const imported = new Map<string, Set<string>>();
for (const source of sources) {
  for (const {file, name} of importsOf(source.fileName, source)) {
    imported.set(file, (imported.get(file) ?? new Set()).add(name));
  }
}

const exported = sources
  .filter(({fileName}) => fileName.startsWith('src/'))
  .flatMap((source) =>
    source.statements.flatMap(exportedNames).map((name) => ({file: source.fileName, name})),
  );

test('the exports have been read', () => {
  expect(exported.length).toBeGreaterThan(500);
  expect(imported.size).toBeGreaterThan(200);
});

test('each export is imported by another file of src or test', () => {
  const isUsed = ({file, name}: Imported): boolean => {
    const names = imported.get(file);
    return names !== undefined && (names.has(name) || names.has('*'));
  };
  const unused = exported.filter((each) => !isUsed(each));
  expect(unused.map(({file, name}) => `${file}: ${name}`)).toEqual([]);
});
