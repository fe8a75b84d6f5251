/** ISO 8601 durations, as the administration and Config.json write them. */

const pattern =
  /^P(?:(?<days>\d+)D)?(?:T(?:(?<hours>\d+)H)?(?:(?<minutes>\d+)M)?(?:(?<seconds>\d+(?:\.\d+)?)S)?)?$/;
/** .NET's longest time span, which stands for ever. */
const forever = 'P10675199DT2H48M5.4775807S';
const foreverMs = 10_675_199 * 86_400_000;

/** Milliseconds, Infinity from .NET's maximum on; undefined for what is no duration. */
export function parseDuration(text: string): number | undefined {
  const groups = pattern.exec(text.trim())?.groups;
  if (groups === undefined || text.trim() === 'P' || text.trim().endsWith('T')) return undefined;
  const { days = 0, hours = 0, minutes = 0, seconds = 0 } = groups;
  const whole = (Number(days) * 24 + Number(hours)) * 60 + Number(minutes);
  const ms = whole * 60_000 + Math.round(Number(seconds) * 1000);
  return ms >= foreverMs ? Infinity : ms;
}

export function formatDuration(ms: number): string {
  if (ms >= foreverMs) return forever;
  const days = Math.floor(ms / 86_400_000);
  const hours = Math.floor(ms / 3_600_000) % 24;
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = (ms % 60_000) / 1000;
  const time = [part(hours, 'H'), part(minutes, 'M'), part(seconds, 'S')].join('');
  const date = part(days, 'D');
  if (time === '') return date === '' ? 'PT0S' : `P${date}`;
  return `P${date}T${time}`;
}

function part(value: number, unit: string): string {
  return value === 0 ? '' : `${value}${unit}`;
}
