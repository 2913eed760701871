import { type ConnectionOptions, checkServerIdentity, connect, type DetailedPeerCertificate } from 'node:tls'

/** What proves the server when no public authority does: the one certificate this gateway was told to trust. */
export interface Trust {
  caPem: string
  /** SHA-256 of that certificate, hex. A server that shows exactly this certificate needs no matching name. */
  fingerprint?: string
}

const plain = (fingerprint: string): string => fingerprint.replaceAll(':', '').toLowerCase()

export type TrustOptions = Required<
  Pick<ConnectionOptions, 'ca' | 'allowPartialTrustChain' | 'checkServerIdentity'>
>

/** TLS options for https and mqtts alike: that certificate and nothing else is trusted. */
export function trustOptions(trust: Trust | undefined): TrustOptions | Record<string, never> {
  if (!trust) return {}
  return {
    ca: trust.caPem,
    allowPartialTrustChain: true,
    checkServerIdentity: (host, certificate) =>
      plain(certificate.fingerprint256) === trust.fingerprint
        ? undefined
        : checkServerIdentity(host, certificate),
  }
}

const HANDSHAKE_WITHIN_MS = 10_000

/** Looks which certificates a server shows, sends nothing, and returns the one with this fingerprint to be trusted from then on. */
export function fetchPinned(url: URL, fingerprint: string): Promise<Trust> {
  const port = Number(url.port || 443)
  return new Promise((resolve, reject) => {
    const socket = connect(
      { host: url.hostname, port, rejectUnauthorized: false, timeout: HANDSHAKE_WITHIN_MS },
      () => {
        const certificate = findInChain(socket.getPeerCertificate(true), fingerprint)
        socket.destroy()
        if (certificate) resolve({ caPem: toPem(certificate.raw), fingerprint })
        else reject(new Error('the server does not show the certificate named in the enrolment code'))
      },
    )
    socket.on('error', reject)
    socket.on('timeout', () => socket.destroy(new Error('no TLS answer in time')))
  })
}

function findInChain(
  leaf: DetailedPeerCertificate,
  fingerprint: string,
): DetailedPeerCertificate | undefined {
  const seen = new Set<DetailedPeerCertificate>()
  for (
    let one: DetailedPeerCertificate | undefined = leaf;
    one?.raw && !seen.has(one);
    one = one.issuerCertificate
  ) {
    if (plain(one.fingerprint256) === fingerprint) return one
    seen.add(one)
  }
  return undefined
}

const toPem = (raw: Buffer): string => {
  const lines = raw.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
