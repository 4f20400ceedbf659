// The two words of the ping-pong: each is written by one process, and slept on by the other.
export const PING = 0
export const PONG = 1
