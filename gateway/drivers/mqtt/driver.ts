import { isIPv6 } from 'node:net'
import type { MqttSettings } from '@stillwatch/contract/drivers/mqtt.ts'
import type { DriverContext, Ear, ListenedDriver, OpenDriver, Target } from '../driver.ts'
import { type BrokerAddress, BrokerLink, type Listener } from './broker-link.ts'
import { hear } from './hear.ts'
import { isTopicFilter } from './topic-filter.ts'

const OWN_BROKER = 'mqtt://gateway'
const DEFAULT_PORT = 1883

/** Devices that speak for themselves on a broker at the site; one connection per broker and login, however many devices. */
export const openMqtt: OpenDriver<'mqtt'> = (context): ListenedDriver<MqttSettings> => {
  const links = new Map<string, BrokerLink>()

  const linkTo = (address: BrokerAddress): { link: BrokerLink; key: string } => {
    const key = JSON.stringify([address.url, address.username, address.password])
    const link = links.get(key) ?? new BrokerLink(address, context.clock, context.log)
    links.set(key, link)
    return { link, key }
  }

  return {
    mode: 'listened',
    link: (target) => addressOf(target, context)?.url ?? OWN_BROKER,
    listen(target, ear) {
      const filters = filtersOf(target.settings)
      const wrong = filters.find((filter) => !isTopicFilter(filter))
      const address = addressOf(target, context)
      if (wrong !== undefined || address === undefined) {
        const noBroker = 'this gateway runs no broker of its own'
        ear.deaf('unsupported', wrong === undefined ? noBroker : `${wrong} is not an MQTT topic filter`)
        return () => {}
      }
      const { link, key } = linkTo(address)
      const listener = listenerFor(target.settings, filters, ear)
      link.add(listener)
      return () => {
        link.remove(listener)
        if (!link.idle || links.get(key) !== link) return
        links.delete(key)
        void link.close()
      }
    },
    async close() {
      await Promise.all([...links.values()].map((link) => link.close()))
      links.clear()
    },
  }
}

function filtersOf({ topic, availabilityTopic }: MqttSettings): string[] {
  return [...new Set([topic, ...(availabilityTopic === undefined ? [] : [availabilityTopic])])]
}

function listenerFor(settings: MqttSettings, filters: readonly string[], ear: Ear): Listener {
  let heardBefore = false
  return {
    filters,
    message(message) {
      const observation = hear(settings, message, heardBefore)
      if (!observation) return
      heardBefore ||= observation.alive
      ear.heard(observation)
    },
    deaf: ({ reason, detail }) => ear.deaf(reason, detail),
    hears: () => ear.hears(),
  }
}

/** Where a device speaks; undefined when it should be the gateway's own broker and there is none. */
function addressOf(
  { address, settings }: Target<MqttSettings>,
  { ownBroker }: DriverContext,
): BrokerAddress | undefined {
  if (settings.broker === OWN_BROKER) return ownBroker
  const host = isIPv6(address) ? `[${address}]` : address
  return {
    url: settings.broker ?? `mqtt://${host}:${DEFAULT_PORT}`,
    ...(settings.username !== undefined && { username: settings.username }),
    ...(settings.password !== undefined && { password: settings.password }),
  }
}
