internal import Glibc
package import Postgres

extension DirectPool {
    /// A statement and its rows, waiting here as a loop over descriptors would elsewhere.
    ///
    /// - Returns: nil if no connection is free, or the one that was has been lost.
    package func query(_ sql: SQL, after setup: Setup? = nil) throws -> Rows? {
        guard let session = begin(sql, after: setup) else { return nil }
        while true {
            switch advance(session) {
            case .waiting:
                var descriptor = pollfd(fd: session.descriptor, events: Int16(POLLIN), revents: 0)
                _ = poll(&descriptor, 1, 1000)
            case .rows(let rows): return rows
            case .failed(let error): throw error
            case .lost: return nil
            }
        }
    }
}
