/** Replies are found by their id, however many there are and however late they arrive. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Replies } from './replies.ts';

test('Of 10,000 replies each is found, and no other', () => {
  const replies = new Replies();
  for (let n = 1; n <= 10_000; n += 1) replies.sent(3 * n, { from: n % 7, to: n % 5, term: n });
  for (let n = 1; n <= 10_000; n += 1) {
    const at = replies.find(3 * n);
    expect([replies.from(at), replies.to(at), replies.term(at)]).toEqual([n % 7, n % 5, n]);
    expect([replies.find(3 * n - 1), replies.find(3 * n + 1)]).toEqual([-1, -1]);
  }
});

test('It answers as a map would, whatever the order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(400)), fc.array(fc.nat(400)), (sent, asked) => {
      const ids = [...new Set(sent)];
      const replies = new Replies();
      for (const id of ids) replies.sent(id, { from: 1, to: 2, term: id });
      const sorted = ids.toSorted((a, b) => a - b);
      expect(asked.map((id) => replies.find(id))).toEqual(asked.map((id) => sorted.indexOf(id)));
      for (const id of ids) expect(replies.term(replies.find(id))).toBe(id);
    }),
    { seed: 7, numRuns: 300 },
  );
});
