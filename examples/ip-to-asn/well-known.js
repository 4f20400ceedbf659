/** Addresses that people know by heart, and two that belong to no network. The answers are looked up, not written here. */
export const WELL_KNOWN = [
  '8.8.8.8',
  '1.1.1.1',
  '9.9.9.9',
  '208.67.222.222',
  '94.140.14.14',
  '193.0.6.139',
  '140.82.121.4',
  '151.101.1.69',
  '198.41.0.4',
  '127.0.0.1',
  '192.168.1.1',
]
