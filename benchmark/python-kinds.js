// The peers in Python, and the keys under which an operation may hold a step of theirs.
export const PYTHON_KINDS = {
  array: ['array'],
  mmap_backed_array: ['mmap_backed_array', 'array'],
  NumPy: ['numpy'],
  'np.memmap': ['np.memmap', 'numpy'],
}
