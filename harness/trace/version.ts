/** Whitewater's own version, as package.json has it: traces name it. */
export const version = '0.1.0';
