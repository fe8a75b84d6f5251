/** Light or dark: as the system says until the reader says otherwise; remembered where possible. */
import type { Palette } from './palette.ts';
import { dark, light } from './palette.ts';

const key = 'whitewater.theme';

/** A page opened from a file may have no storage. */
function remembered(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(theme: string): void {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // Nothing is lost but the memory of it.
  }
}

const query = '(prefers-color-scheme: dark)';

function isDark(): boolean {
  const theme = document.documentElement.dataset['theme'];
  return theme === undefined ? matchMedia(query).matches : theme === 'dark';
}

export function paletteNow(): Palette {
  return isDark() ? dark : light;
}

/** Gives the style sheet the palette's colours, so that page and picture agree. */
export function applyPalette(palette: Palette): void {
  const { style } = document.documentElement;
  for (const [name, value] of Object.entries(palette)) {
    if (typeof value === 'string') style.setProperty(`--${name}`, value);
  }
  palette.terms.forEach((color, i) => style.setProperty(`--term-${i}`, color));
  style.colorScheme = palette === dark ? 'dark' : 'light';
}

export function startTheme(onChange: () => void): void {
  const theme = remembered();
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset['theme'] = theme;
  matchMedia(query).addEventListener('change', onChange);
}

export function toggleTheme(): void {
  const next = isDark() ? 'light' : 'dark';
  document.documentElement.dataset['theme'] = next;
  remember(next);
}
