/// Store.
