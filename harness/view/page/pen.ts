/**
 * What draws: one set of strokes, on a canvas or as SVG, so that an export is the same picture.
 * The reference below is the one place where the page asks for the browser's types.
 */
/// <reference lib="dom" />

export interface Ink {
  readonly color: string;
  readonly width: number;
  readonly dash?: readonly number[];
}

export interface Face {
  readonly fill?: string;
  readonly line?: Ink;
  /** Corner radius. */
  readonly round?: number;
}

export interface Lettering {
  readonly color: string;
  readonly size: number;
  readonly bold?: boolean;
  readonly align?: 'left' | 'center' | 'right';
  /** Radians, clockwise. */
  readonly angle?: number;
  /** Colour behind the letters, so that lines do not run through them. */
  readonly halo?: string;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export interface Pen {
  line(from: Point, to: Point, ink: Ink): void;
  box(box: Box, face: Face): void;
  /** A closed shape, or an open line where `face` has no fill. */
  shape(points: readonly Point[], face: Face): void;
  text(at: Point, text: string, lettering: Lettering): void;
  /** Width of the text in pixels. */
  measure(text: string, lettering: Lettering): number;
  /** Everything drawn until the matching `restore` stays inside the box and is as opaque as said. */
  save(options: { readonly clip?: Box; readonly alpha?: number }): void;
  restore(): void;
}

export const fontFamily = 'system-ui, "Segoe UI", "DejaVu Sans", sans-serif';

function fontOf({ size, bold }: Lettering): string {
  return `${bold === true ? '600 ' : ''}${size}px ${fontFamily}`;
}

class CanvasPen implements Pen {
  readonly #to: CanvasRenderingContext2D;

  constructor(to: CanvasRenderingContext2D) {
    this.#to = to;
  }

  #ink({ color, width, dash }: Ink): void {
    this.#to.strokeStyle = color;
    this.#to.lineWidth = width;
    this.#to.setLineDash(dash === undefined ? [] : [...dash]);
  }

  #paint({ fill, line }: Face): void {
    if (fill !== undefined) {
      this.#to.fillStyle = fill;
      this.#to.fill();
    }
    if (line !== undefined) {
      this.#ink(line);
      this.#to.stroke();
    }
  }

  line(from: Point, to: Point, ink: Ink): void {
    this.#ink(ink);
    this.#to.beginPath();
    this.#to.moveTo(from.x, from.y);
    this.#to.lineTo(to.x, to.y);
    this.#to.stroke();
  }

  box({ x, y, width, height }: Box, face: Face): void {
    this.#to.beginPath();
    if (face.round === undefined) this.#to.rect(x, y, width, height);
    else this.#to.roundRect(x, y, width, height, face.round);
    this.#paint(face);
  }

  shape(points: readonly Point[], face: Face): void {
    this.#to.beginPath();
    points.forEach(({ x, y }, i) => (i === 0 ? this.#to.moveTo(x, y) : this.#to.lineTo(x, y)));
    if (face.fill !== undefined) this.#to.closePath();
    this.#paint(face);
  }

  text(at: Point, text: string, lettering: Lettering): void {
    const { color, align = 'left', angle = 0, halo } = lettering;
    const to = this.#to;
    to.save();
    to.translate(at.x, at.y);
    if (angle !== 0) to.rotate(angle);
    to.font = fontOf(lettering);
    to.textAlign = align;
    to.textBaseline = 'middle';
    if (halo !== undefined) {
      to.setLineDash([]);
      to.lineJoin = 'round';
      to.strokeStyle = halo;
      to.lineWidth = 3.5;
      to.strokeText(text, 0, 0);
    }
    to.fillStyle = color;
    to.fillText(text, 0, 0);
    to.restore();
  }

  measure(text: string, lettering: Lettering): number {
    this.#to.font = fontOf(lettering);
    return this.#to.measureText(text).width;
  }

  save({ clip, alpha }: { readonly clip?: Box; readonly alpha?: number }): void {
    this.#to.save();
    if (alpha !== undefined) this.#to.globalAlpha = alpha;
    if (clip === undefined) return;
    this.#to.beginPath();
    this.#to.rect(clip.x, clip.y, clip.width, clip.height);
    this.#to.clip();
  }

  restore(): void {
    this.#to.restore();
  }
}

export function canvasPen(to: CanvasRenderingContext2D): Pen {
  return new CanvasPen(to);
}
