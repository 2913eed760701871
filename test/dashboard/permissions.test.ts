import { roles } from '@stillwatch/contract/roles.ts'
import { describe, expect, it } from 'vitest'
import { mayDo } from '../../dashboard/data/permissions.ts'
import { officeSetup, siteSetup } from '../../server/access/viewer.ts'

describe('what a page offers', () => {
  it.each(roles)('to a %s is what the server allows', (role) => {
    const office = (officeSetup as readonly string[]).includes(role)
    expect(mayDo(role, 'addSite')).toBe(office)
    expect(mayDo(role, 'setUpDevice')).toBe(office)
    expect(mayDo(role, 'setUpGateway')).toBe((siteSetup as readonly string[]).includes(role))
  })
})
