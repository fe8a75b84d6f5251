/** Entities that go by themselves when nobody uses them. */
import { expect } from 'vitest';
import type { Driver } from './driver.ts';
import type { Group } from './case.ts';

/** Whether a message can be sent there; whoever asks uses the entity. */
async function isThere(driver: Driver, path: string): Promise<boolean> {
  const message = driver.message('there?');
  const answer = await driver.ask({ kind: 'publish', path, message });
  if (answer.kind === 'rejected') expect(answer.code).toBe('MessagingEntityNotFound');
  return answer.kind === 'accepted';
}

export const idleGroup: Group = {
  name: 'idle entities',
  cases: [
    {
      name: 'a queue that nobody uses goes by itself',
      run: async (driver) => {
        const autoDeleteMicros = driver.times.idleMicros;
        const path = await driver.queue({ autoDeleteMicros });
        await driver.advance(autoDeleteMicros * 2);
        expect(await isThere(driver, path)).toBe(false);
      },
    },
    {
      name: 'a receiver keeps a queue alive, and a sender does',
      run: async (driver) => {
        const autoDeleteMicros = driver.times.idleMicros;
        const held = await driver.queue({ autoDeleteMicros });
        const used = await driver.queue({ autoDeleteMicros });
        await driver.open(held);
        for (let i = 0; i < 4; i++) {
          expect(await isThere(driver, used)).toBe(true);
          await driver.advance(autoDeleteMicros / 2);
        }
        expect(await isThere(driver, held)).toBe(true);
      },
    },
    {
      name: 'a subscription goes alone, a topic with its subscriptions',
      run: async (driver) => {
        const autoDeleteMicros = driver.times.idleMicros;
        const kept = await driver.topic();
        const alone = await driver.subscription(kept, undefined, { autoDeleteMicros });
        const gone = await driver.topic({ autoDeleteMicros });
        const other = await driver.subscription(gone);
        await driver.advance(autoDeleteMicros * 2);
        expect(await isThere(driver, kept)).toBe(true);
        expect(await isThere(driver, gone)).toBe(false);
        for (const path of [alone, other]) {
          const opening = driver.opening(path, driver.name('receiver'));
          await driver.refused(opening, 'MessagingEntityNotFound');
        }
      },
    },
  ],
};
