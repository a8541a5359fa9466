/** While a dialog or a menu is open the keys are its own, Escape above all. */
export function nothingIsOpen(): boolean {
  return document.querySelector('[role=dialog],[role=menu],dialog[open]') === null;
}
