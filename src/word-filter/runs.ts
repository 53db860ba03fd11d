const letter = String.raw`[\p{L}\p{N}\p{M}_]`;
const onward = new RegExp(`${letter}*`, 'vy');
const before = new RegExp(`${letter}$`, 'v');

/** The runs of letters and digits of one text: what `*` may stand for lies within one. */
export class Runs {
  private from = 0;
  private to = -1;

  constructor(private readonly text: string) {}

  /** Where the run that goes on at a place ends. Looked for once a run, however often it is asked. */
  endAfter(place: number): number {
    if (place >= this.from && place <= this.to) return this.to;
    onward.lastIndex = place;
    onward.test(this.text);
    [this.from, this.to] = [place, onward.lastIndex];
    return this.to;
  }

  /** Where the run that goes up to a place begins, not looking back beyond another. */
  startBefore(place: number, notBefore: number): number {
    let start = place;
    while (start > notBefore && before.test(this.text.slice(Math.max(notBefore, start - 2), start)))
      start -= 1;
    return start;
  }
}
