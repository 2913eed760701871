/**
 * How much a test tries. `npm test` is quick, CI tries more, `npm run test:long` (LONG=1) takes its time.
 * Every count can be set by hand: STILLWATCH_PROPERTY_RUNS, _FUZZ_RUNS, _KILLS, _SOAK_SECONDS.
 */
type Tier = 'quick' | 'ci' | 'long'

const tier: Tier = process.env.LONG === '1' ? 'long' : process.env.CI === 'true' ? 'ci' : 'quick'

const count = (name: string, byTier: Record<Tier, number>): number => {
  const given = process.env[`STILLWATCH_${name}`]
  if (given === undefined) return byTier[tier]
  if (!/^[1-9]\d{0,8}$/.test(given))
    throw new Error(`STILLWATCH_${name} must be a whole number from 1; it is "${given}".`)
  return Number(given)
}

/** Cases a property test draws. */
export const propertyRuns = count('PROPERTY_RUNS', { quick: 200, ci: 2_000, long: 100_000 })
/** Damaged inputs a parser is given. */
export const fuzzRuns = count('FUZZ_RUNS', { quick: 2_000, ci: 20_000, long: 1_000_000 })
/** Processes killed at random moments. */
export const kills = count('KILLS', { quick: 3, ci: 5, long: 50 })
/** How long a soak test keeps the road under load. */
export const soakSeconds = count('SOAK_SECONDS', { quick: 5, ci: 60, long: 1_800 })

/** Drawn once per run by vitest.config.ts, printed there and handed to every file; STILLWATCH_SEED repeats a run. */
export const seed = Number(process.env.STILLWATCH_SEED)

interface Draws {
  numRuns: number
  seed: number
}

/** Parameters for `fc.assert`. A property whose single case is slow takes a share of the runs, say 0.1. */
export const propertyParameters = (share = 1): Draws => draws(propertyRuns * share)

/** Parameters for `fc.assert` of a property that feeds damaged input to a parser. */
export const fuzzParameters = (share = 1): Draws => draws(fuzzRuns * share)

const draws = (runs: number): Draws => ({ numRuns: Math.max(1, Math.round(runs)), seed })
