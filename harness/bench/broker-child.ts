/**
 * The far side of the benchmark `broker` as a process of its own: tells its ports over the channel
 * to its parent and ends with it.
 */
import { farSide } from './broker-far-side.ts';

const { account, rawPort } = await farSide();
process.on('disconnect', () => process.exit(0));
process.send?.({ account, rawPort });
