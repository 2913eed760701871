/** The gateway's own version, for people: told to the server with every hello. */
export const software = '0.1.0'
