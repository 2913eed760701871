import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'

/**
 * One seed for the whole run, so that a failure can be repeated: STILLWATCH_SEED=… npm test. Worker processes inherit it. In CI it is
 * drawn from the commit: running the same commit again tries the same cases, every commit tries new ones.
 */
export default function drawSeed(): void {
  process.env.STILLWATCH_SEED ??= String(
    (process.env.CI === 'true' && seedOfCommit()) || randomInt(1, 2 ** 31),
  )
  console.log(`STILLWATCH_SEED=${process.env.STILLWATCH_SEED}`)
}

function seedOfCommit(): number {
  const { stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' })
  return Number.parseInt((stdout ?? '').slice(0, 7), 16) || 0
}
