import { driverSettings } from '@stillwatch/contract/drivers/registry.ts'
import Type, { type TObject, type TSchema } from 'typebox'

/** Where the text of one cell goes in a device, and whether it is read as a number. */
export interface ImportColumn {
  path: readonly string[]
  number: boolean
}

const plain = (name: string): [string, ImportColumn] => [name, { path: [name], number: false }]
const number = (name: string): [string, ImportColumn] => [name, { path: [name], number: true }]

/** Columns that name things; what they name is looked up. */
export const namingColumns = ['site', 'gateway', 'dependsOn'] as const
export const requiredColumns = ['site', 'gateway', 'name', 'kind', 'address'] as const

const isNumber = (field: TSchema): boolean => Type.IsInteger(field) || Type.IsNumber(field)

/** Every column that holds a value itself. Driver columns follow from the settings: `snmp.version`, `snmp.auth.key`. */
export const valueColumns: ReadonlyMap<string, ImportColumn> = new Map([
  plain('name'),
  plain('kind'),
  plain('address'),
  plain('profile'),
  number('intervalS'),
  number('silenceWindowS'),
  number('recoveryHoldS'),
  ...Object.entries(driverSettings).flatMap(([driver, settings]) => driverColumns(settings, [driver])),
])

function driverColumns(settings: TObject, path: string[]): [string, ImportColumn][] {
  return Object.entries(settings.properties).flatMap(([name, field]): [string, ImportColumn][] => {
    const here = [...path, name]
    if (Type.IsObject(field)) return driverColumns(field, here)
    return [[here.join('.'), { path: ['drivers', ...here], number: isNumber(field) }]]
  })
}

/** The column a path of the device came from: `drivers.snmp.port` -> `snmp.port`. */
export const columnOf = (path: readonly string[]): string =>
  (path[0] === 'drivers' ? path.slice(1) : path).join('.')
