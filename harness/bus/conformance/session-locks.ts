/** The lock of a session: exclusive, renewed, lost, given back. */
import { expect } from 'vitest';
import type { Driver } from './driver.ts';
import type { Group } from './case.ts';

async function held(driver: Driver): Promise<{ readonly path: string; readonly holder: string }> {
  const path = await driver.queue({ requiresSession: true });
  await driver.publish(path, 'a', { sessionId: 's' });
  const holder = await driver.open(path, { sessionId: 's' });
  return { path, holder };
}

export const sessionLocksGroup: Group = {
  name: 'session locks',
  cases: [
    {
      name: 'a locked session is not given to another',
      run: async (driver) => {
        const { path } = await held(driver);
        const other = driver.opening(path, 'other', { sessionId: 's' });
        await driver.refused(other, 'SessionCannotBeLocked');
      },
    },
    {
      name: 'closing the receiver frees the session at once',
      run: async (driver) => {
        const { path, holder } = await held(driver);
        await driver.delivery(holder);
        driver.close(holder);
        await driver.advance(driver.times.quietMicros);
        const next = await driver.open(path, { sessionId: 's' });
        expect((await driver.delivery(next)).message.body).toBe('a');
      },
    },
    {
      name: 'a session lock that runs out closes its receiver and frees the session',
      run: async (driver) => {
        const { path, holder } = await held(driver);
        await driver.delivery(holder);
        await driver.advance(driver.times.lockMicros);
        const lost = await driver.until(
          (event) => event.kind === 'sessionLockLost' && event.receiver === holder,
          'the loss of the session',
        );
        expect(lost).toMatchObject({ sessionId: 's' });
        const next = await driver.open(path, { sessionId: 's' });
        const again = await driver.delivery(next);
        expect([again.message.body, again.deliveryCount]).toEqual(['a', 1]);
      },
    },
    {
      name: 'a renewed session lock lasts longer',
      run: async (driver) => {
        const { holder } = await held(driver);
        const { lock } = await driver.delivery(holder);
        await driver.advance(driver.times.lockMicros * 0.6);
        await driver.ok({ kind: 'renewSessionLock', receiver: holder });
        await driver.advance(driver.times.lockMicros * 0.6);
        await driver.complete(lock);
      },
    },
    {
      name: 'nothing is settled after the session lock is lost',
      run: async (driver) => {
        const { holder } = await held(driver);
        const { lock } = await driver.delivery(holder);
        await driver.advance(driver.times.lockMicros * 1.5);
        const late = { kind: 'settle', lock, settlement: { kind: 'complete' } } as const;
        await driver.refused(late, 'SessionLockLost');
      },
    },
    {
      name: 'a lost session is not renewed and has no state to set',
      run: async (driver) => {
        const { holder } = await held(driver);
        await driver.advance(driver.times.lockMicros * 1.5);
        const receiver = holder;
        await driver.refused({ kind: 'renewSessionLock', receiver }, 'SessionLockLost');
        await driver.refused({ kind: 'setSessionState', receiver, state: 'x' }, 'SessionLockLost');
      },
    },
    {
      name: 'the messages of a session are locked as long as the session is',
      run: async (driver) => {
        const { holder } = await held(driver);
        const { lock, lockedUntil } = await driver.delivery(holder);
        expect(lockedUntil).toBeGreaterThan(driver.now());
        await driver.complete(lock);
        await driver.quiet(holder, driver.times.lockMicros / 2);
      },
    },
    {
      name: 'an entity with sessions is not received from without one, nor the reverse',
      run: async (driver) => {
        const withSessions = await driver.queue({ requiresSession: true });
        const without = await driver.queue();
        await driver.refused(driver.opening(withSessions, 'plain'), 'InvalidOperation');
        const inSession = driver.opening(without, 'session', { sessionId: 's' });
        await driver.refused(inSession, 'InvalidOperation');
      },
    },
  ],
};
