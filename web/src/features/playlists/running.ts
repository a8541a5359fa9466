/** Whether a playlist goes on by itself: it does once somebody pressed Play, from one item's page to the next. */
let running = false;

export function isRunning(): boolean {
  return running;
}

export function setRunning(is: boolean): void {
  running = is;
}
