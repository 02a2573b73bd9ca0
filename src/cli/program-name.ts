/** How a user calls the program where it runs: in a clone through npx, where the package is installed by its name. */
export const PROGRAM = import.meta.url.endsWith('.ts') ? 'npx lexdelta' : 'lexdelta';
