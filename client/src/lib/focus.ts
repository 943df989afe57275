/** Where the focus goes when what had it went away, or was refused. */

/** To the first control that is wrong, once that is on the page. */
export function focusInvalid(within: ParentNode | null | undefined): void {
  requestAnimationFrame(() => within?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
}

/** To the page's heading, unless something has the focus. */
export function focusHeading(): void {
  if (document.activeElement === document.body) document.querySelector<HTMLElement>('h1')?.focus();
}
