// Named checks: each prints one line, the first failure does not hide the later ones.

export class Checks {
  #failed = 0;
  #passed = 0;

  constructor(suite) {
    this.suite = suite;
  }

  /** Runs one check; answers its value, or undefined when it failed. */
  async check(name, body) {
    try {
      const value = await body();
      this.#passed += 1;
      console.log(`ok      ${this.suite}: ${name}`);
      return value;
    } catch (error) {
      this.#failed += 1;
      console.log(`NOT OK  ${this.suite}: ${name}`);
      console.log(`        ${describe(error)}`);
      return undefined;
    }
  }

  /** Prints the sum and sets the exit code. */
  finish() {
    console.log(`${this.suite}: ${this.#passed} passed, ${this.#failed} failed`);
    process.exitCode = this.#failed === 0 && this.#passed > 0 ? 0 : 1;
  }
}

function describe(error) {
  const parts = [];
  for (let at = error; at; at = at.cause) {
    if (at instanceof Error) parts.push([at.code, at.error, at.message, at.error_description].filter(Boolean).join(' '));
    else { parts.push(JSON.stringify(at)); break; }
  }
  const place = error.stack?.split('\n').find((line) => line.includes('.mjs'))?.trim() ?? '';
  return `${parts.join('; because ')} ${place}`;
}
