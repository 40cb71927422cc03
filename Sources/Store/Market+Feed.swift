package import FoundationEssentials
package import Postgres

// What vendors tell: sql/20_market/provider.sql, fetch.sql, gap.sql, quote.sql, watch.sql.
extension Market {
    // MARK: Who is asked

    /// Who can be asked for a series of a symbol, in order, and what they call it.
    package static func providers(
        for symbol: String, series: String, named: [String]?, on connection: isolated Connection
    ) async throws(PostgresError) -> [ProviderChoice] {
        try await connection.query(
            """
            select provider, vendor_symbol from market.providers_for(
                \(bind: symbol), \(bind: series), \(bind: named))
            """
        ).decoded { (row) throws(PostgresError) in
            ProviderChoice(
                provider: try row.get("provider"), vendorSymbol: try row.get("vendor_symbol"))
        }
    }

    /// The names of all providers, in order.
    package static func providers(
        on connection: isolated Connection
    ) async throws(PostgresError) -> [String] {
        try await connection.query("select provider from market.provider order by place")
            .decoded { (row) throws(PostgresError) in try row.get(0) }
    }

    /// Those of these symbols that are known, each with whether it keeps an exchange's hours.
    package static func sessions(
        of symbols: [String], on connection: isolated Connection
    ) async throws(PostgresError) -> [String: Bool] {
        let rows = try await connection.query(
            """
            select symbol, calendar is not null as has_sessions from market.instrument
            where symbol = any(\(bind: symbols))
            """)
        var known: [String: Bool] = [:]
        for row in rows {
            known[try row.get("symbol", as: String.self)] = try row.get("has_sessions")
        }
        return known
    }

    /// Counts what happened with a provider.
    package static func count(
        _ event: String, of provider: String, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            "select market.count_feed(\(bind: provider), \(bind: event))")
    }

    // MARK: Fetching

    /// Notes what is wanted, and says what of it is missing, in order.
    package static func beginFetch(
        _ series: String, of symbol: String, interval: String, from provider: String,
        _ range: Range<Date>, again: Bool, on connection: isolated Connection
    ) async throws(PostgresError) -> [MissingPart] {
        try await connection.query(
            """
            select * from market.begin_fetch(
                \(bind: provider), \(bind: symbol), \(bind: series), \(bind: interval),
                \(bind: range.lowerBound), \(bind: range.upperBound), \(bind: again))
            """
        ).decoded { (row) throws(PostgresError) in
            MissingPart(
                fetch: try row.get("fetch_id"), from: try row.get("missing_from"),
                to: try row.get("missing_to"))
        }
    }

    /// Adds a page to what was fetched, in the transaction that stores it.
    package static func notePage(
        fetch: Int32, from: Date, to: Date, stored: Int, rejected: Int,
        on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            select market.note_page(
                \(bind: fetch), \(bind: from), \(bind: to), \(bind: stored), \(bind: rejected))
            """)
    }

    /// Notes how a fetch ended: `done` or `failed`.
    package static func endFetch(
        _ fetch: Int32, status: String, reason: String?, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            "select market.end_fetch(\(bind: fetch), \(bind: status), \(bind: reason))")
    }

    /// Takes staged bars in which the exchange was closed away.
    package static func dropClosedBars(
        interval: String, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query("select market.drop_closed_bars(\(bind: interval))")
    }

    /// Stores funding, open interest or ratios, `[{ts, value, raw, problem}]`.
    package static func storeDerivatives(
        _ series: String, of symbol: String, from provider: String, json: String,
        on connection: isolated Connection
    ) async throws(PostgresError) -> (stored: Int, rejected: Int) {
        let row = try await connection.query(
            """
            select * from market.store_derivatives(
                \(bind: provider), \(bind: symbol), \(bind: series), \(bind: json)::text::jsonb)
            """
        ).only()
        return (try row.get("stored"), try row.get("rejected"))
    }

    /// Bars that should be there and are not, gap by gap.
    package static func gaps(
        of symbol: String, interval: String, _ range: Range<Date>,
        on connection: isolated Connection
    ) async throws(PostgresError) -> [BarGap] {
        try await connection.query(
            """
            select * from market.gaps(
                \(bind: symbol), \(bind: interval), \(bind: range.lowerBound),
                \(bind: range.upperBound))
            """
        ).decoded { (row) throws(PostgresError) in
            BarGap(
                first: try row.get("first_bar"), last: try row.get("last_bar"),
                bars: try row.get("bars"))
        }
    }

    // MARK: The watchlist

    /// Puts symbols on the watchlist, or changes how they are watched. Returns how many.
    package static func watch(
        _ symbols: [String], intervals: [String], series: [String], providers: [String]?,
        on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query(
            """
            select market.watch(
                \(bind: symbols), \(bind: intervals), \(bind: series), \(bind: providers))
            """
        ).value()
    }

    /// Takes symbols off the watchlist. Returns how many were on it.
    package static func unwatch(
        _ symbols: [String], on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query("select market.unwatch(\(bind: symbols))").value()
    }

    package static func watched(
        on connection: isolated Connection
    ) async throws(PostgresError) -> [Watched] {
        try await connection.query(
            "select symbol, bar_intervals, series, providers from market.watched order by symbol"
        ).decoded { (row) throws(PostgresError) in
            Watched(
                symbol: try row.get("symbol"), intervals: try row.get("bar_intervals"),
                series: try row.get("series"), providers: try row.get("providers"))
        }
    }

    /// Notes why a round brought nothing of a symbol.
    package static func noteProblem(
        _ problem: String, of symbol: String, on connection: isolated Connection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            "select market.note_watch_problem(\(bind: symbol), \(bind: problem))")
    }

    /// Stores quotes, `[{symbol, ts, bid, ask, last, raw, problem}]`.
    package static func storeQuotes(
        from provider: String, json: String, on connection: isolated Connection
    ) async throws(PostgresError) -> StoredQuotes {
        let row = try await connection.query(
            "select * from market.store_quotes(\(bind: provider), \(bind: json)::text::jsonb)"
        ).only()
        return StoredQuotes(
            stored: try row.get("stored"), unchanged: try row.get("unchanged"),
            rejected: try row.get("rejected"))
    }

    /// Drops quotes older than 30 days. Returns how many.
    package static func forgetQuotes(
        on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query("select market.forget_quotes()").value()
    }

    /// How many watched symbols are not fresh.
    package static func stale(
        on connection: isolated Connection
    ) async throws(PostgresError) -> Int {
        try await connection.query(
            "select count(*) from market.freshness where stale_reason is not null"
        ).value()
    }

    /// Keeps other feeds away until the session ends; false if there is one.
    package static func lockFeed(
        on connection: isolated Connection
    ) async throws(PostgresError) -> Bool {
        try await connection.query(
            "select pg_try_advisory_lock(hashtextextended('market.feed', 0))"
        ).value()
    }
}

package struct ProviderChoice: Sendable, Equatable {
    package let provider: String
    package let vendorSymbol: String

    package init(provider: String, vendorSymbol: String) {
        self.provider = provider
        self.vendorSymbol = vendorSymbol
    }
}

/// A part of a series that nobody has told yet.
package struct MissingPart: Sendable, Equatable {
    package let fetch: Int32
    package let from: Date
    package let to: Date
}

/// Bars that are missing one after the other.
package struct BarGap: Sendable, Equatable {
    package let first: Date
    package let last: Date
    package let bars: Int
}

/// A symbol of the watchlist.
package struct Watched: Sendable, Equatable {
    package let symbol: String
    package let intervals: [String]
    package let series: [String]
    package let providers: [String]?
}

package struct StoredQuotes: Sendable, Equatable {
    package let stored: Int
    package let unchanged: Int
    package let rejected: Int
}
