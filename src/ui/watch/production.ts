/*
 * Imported before ink: React is loaded for use and not for development.
 */
process.env['NODE_ENV'] ??= 'production';
