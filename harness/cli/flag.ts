/** What an option is: how it is written, said and read. */

export type Parse = (text: string, earlier: unknown) => unknown;

export interface Flag {
  readonly flags: string;
  readonly text: string;
  readonly group: 'Scenario' | 'Search' | 'Judging' | 'Service' | 'Azure' | 'Output';
  readonly parse?: Parse;
  readonly choices?: readonly string[];
  /** An old or second name of another option: parsed, named in the other's help. */
  readonly hidden?: boolean;
}
