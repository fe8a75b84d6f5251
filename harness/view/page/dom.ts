/** Elements made by name. Strings only ever become text: nothing of a trace is read as markup. */

export interface Props {
  readonly [name: string]: string | boolean | ((event: Event) => void) | undefined;
}

export type Child = Node | string;

/** An element; `on…` properties listen, `true` sets a bare attribute, `false` leaves it away. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (typeof value === 'string') element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** A real button. Words name it; a sign is named by its title. */
export function button(
  label: string,
  options: { readonly title: string; readonly id?: string },
  onClick: () => void,
): HTMLButtonElement {
  const { title, id } = options;
  const name = /[a-z]/iu.test(label) ? undefined : title;
  const props = { type: 'button', title, id, 'aria-label': name, onclick: onClick };
  return make('button', props, label);
}

/** Replaces what is inside, and only then. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren(...children);
}

/** A part of the side panel that folds. */
export function section(
  title: string,
  body: HTMLElement,
  options: { readonly id: string; readonly isOpen: boolean },
): HTMLDetailsElement {
  const heading = make('h2', {}, title);
  const summary = make('summary', {}, heading);
  return make('details', { id: options.id, open: options.isOpen }, summary, body);
}
