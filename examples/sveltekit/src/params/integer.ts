// An id becomes part of a path at the backend: nothing but digits may.
export const match = (value: string) => /^\d{1,18}$/.test(value)
