import {
  type DriverName,
  DriverSettings,
  driverSettings,
  listenedDrivers,
} from '@stillwatch/contract/drivers/registry.ts'
import { isSecret } from '@stillwatch/contract/drivers/secret.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import Type, { type TObject, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'

type Fields = Record<string, unknown>

const schemas: Record<string, TObject> = driverSettings
const compiled = Compile(DriverSettings)

/** What a device's drivers look like to a person: every setting that is no secret, and which secrets are set, as `driver.field`. */
export interface PublicDrivers {
  drivers: Record<string, Fields>
  secrets: string[]
}

/** Settings with their defaults filled in. Throws `bad_request` naming each field that does not fit. */
export function completeDrivers(given: unknown): DriverSettings {
  const settings = Value.Default(DriverSettings, structuredClone(given))
  if (compiled.Check(settings)) return settings
  throw new StillwatchError('bad_request', 'The driver settings do not fit.', driverProblems(settings))
}

/** What is wrong with driver settings, by field. */
function driverProblems(settings: unknown): Record<string, string> {
  const problems: Record<string, string> = {}
  for (const error of compiled.Errors(settings)) {
    // A field that is not known comes twice; this is the form that does not name it.
    if (error.keyword === 'boolean') continue
    problems[`drivers${error.instancePath.replaceAll('/', '.')}`] ??= error.message
  }
  return problems
}

/** Settings of a change: a secret left out keeps the stored one as long as its driver (and part of it) stays, an empty one is forgotten. */
export function keepSecrets(change: Fields, stored: DriverSettings): Fields {
  const kept = Object.entries(change).map(([driver, settings]) => {
    const schema = schemas[driver]
    const before = (stored as Record<string, Fields | undefined>)[driver]
    return [driver, schema ? fillSecrets(schema, settings as Fields, before ?? {}) : settings]
  })
  return Object.fromEntries(kept)
}

function fillSecrets(schema: TObject, change: Fields, stored: Fields): Fields {
  const filled: Fields = { ...change }
  for (const [name, field] of Object.entries(schema.properties)) {
    if (isSecret(field)) {
      if (filled[name] === undefined && stored[name] !== undefined) filled[name] = stored[name]
      if (filled[name] === '') delete filled[name]
    } else if (Type.IsObject(field) && isFields(filled[name])) {
      filled[name] = fillSecrets(field, filled[name], isFields(stored[name]) ? stored[name] : {})
    }
  }
  return filled
}

export function publicDrivers(settings: DriverSettings): PublicDrivers {
  const secrets: string[] = []
  const drivers = Object.entries(settings).map(([driver, fields]) => [
    driver,
    withoutSecrets(schemas[driver], fields, driver, secrets),
  ])
  return { drivers: Object.fromEntries(drivers), secrets }
}

function withoutSecrets(
  schema: TObject | undefined,
  fields: Fields,
  path: string,
  secrets: string[],
): Fields {
  const shown: Fields = {}
  for (const [name, value] of Object.entries(fields)) {
    const field: TSchema | undefined = schema?.properties[name]
    // Nothing leaves that the schema does not know to be harmless.
    if (!field) continue
    if (isSecret(field)) secrets.push(`${path}.${name}`)
    else if (Type.IsObject(field) && isFields(value))
      shown[name] = withoutSecrets(field, value, `${path}.${name}`, secrets)
    else shown[name] = value
  }
  return shown
}

/** Whether every driver only listens: such a device is never asked. */
export const isListenedOnly = (settings: DriverSettings): boolean =>
  Object.keys(settings).every((driver) => listenedDrivers.includes(driver as DriverName))

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
