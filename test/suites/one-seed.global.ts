import { randomInt } from 'node:crypto'

/** One seed for the whole run, so that a failure can be repeated: STILLWATCH_SEED=… npm test. Worker processes inherit it. */
export default function drawSeed(): void {
  process.env.STILLWATCH_SEED ??= String(randomInt(1, 2 ** 31))
  console.log(`STILLWATCH_SEED=${process.env.STILLWATCH_SEED}`)
}
