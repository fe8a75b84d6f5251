/** SQL filters: text in, test out. */
import type { Test } from './test.ts';

export function compileSql<Body>(_expression: string): Test<Body> | { readonly wrong: string } {
  return { wrong: 'SQL filters are not there yet.' };
}
