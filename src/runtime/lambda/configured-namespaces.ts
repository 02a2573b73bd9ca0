/** Namespaces beside the built-in ones. Bundling puts the modules of the stack's parameters in the place of this file. */
export const CONFIGURED_NAMESPACES: readonly unknown[] = [];
