/** The version, as `npm run build` writes it in from package.json. */
declare const BLOCKSMTP_VERSION: string | undefined;

export const version = typeof BLOCKSMTP_VERSION === 'string' ? BLOCKSMTP_VERSION : 'unbuilt';
