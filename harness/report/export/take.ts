/** Where an export goes: line by line, in order, without line ends. */
export type Take = (line: string) => void;
