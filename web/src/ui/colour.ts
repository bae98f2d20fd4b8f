/** A colour of the theme, as a canvas takes it. */
export function colour(element: HTMLElement, name: string): string {
  element.style.color = `var(${name})`;
  const told = getComputedStyle(element).color;
  element.style.color = '';
  return told;
}
