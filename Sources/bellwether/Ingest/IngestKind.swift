/// What a file holds, and which of its columns go where.
enum IngestKind: String, CaseIterable, ArgumentValue {
    case sessions, instruments, bars, news
    /// Dates down, symbols across, adjusted closes in the cells.
    case closes

    /// A column of a staging table and the names a file may give it.
    struct Column: Equatable, Sendable {
        let name: String
        var otherNames: [String] = []
        var isRequired = false
    }

    /// What market.stage calls it.
    var staged: String { self == .closes ? "bars" : rawValue }

    var table: String {
        switch self {
        case .sessions: "staged_session"
        case .instruments: "staged_instrument"
        case .bars, .closes: "staged_bar"
        case .news: "staged_news"
        }
    }

    var columns: [Column] {
        switch self {
        case .sessions:
            [
                Column(name: "session", isRequired: true),
                Column(name: "open_utc", isRequired: true),
                Column(name: "close_utc", isRequired: true),
                Column(name: "early_close"),
            ]
        case .instruments:
            [
                Column(name: "symbol", otherNames: ["ticker"], isRequired: true),
                Column(name: "name", isRequired: true),
                Column(name: "sector"),
                Column(name: "industry"),
                Column(name: "asset_class", isRequired: true),
                Column(name: "currency"),
            ]
        case .bars:
            [
                Column(name: "symbol", otherNames: ["ticker"], isRequired: true),
                Column(name: "date", otherNames: ["ts", "time", "timestamp"], isRequired: true),
                Column(name: "open", isRequired: true),
                Column(name: "high", isRequired: true),
                Column(name: "low", isRequired: true),
                Column(name: "close", isRequired: true),
                Column(name: "volume", isRequired: true),
                Column(name: "adj_close", otherNames: ["adj close", "adjusted_close"]),
            ]
        case .news:
            [
                Column(
                    name: "published_at", otherNames: ["published", "date", "time"],
                    isRequired: true),
                Column(name: "symbol", otherNames: ["ticker"], isRequired: true),
                Column(name: "title", otherNames: ["headline"], isRequired: true),
                Column(name: "source", otherNames: ["publisher"]),
                Column(name: "url", otherNames: ["link"]),
                Column(name: "sentiment"),
            ]
        case .closes:
            [
                Column(name: "symbol"), Column(name: "date"), Column(name: "close"),
                Column(name: "adj_close"),
            ]
        }
    }

    /// The kind whose telling columns a header line has.
    static func guess(_ header: [String]) -> IngestKind? {
        let names = Set(header)
        if names.contains("session"), names.contains("open_utc") { return .sessions }
        if names.contains("asset_class") { return .instruments }
        if names.contains("title") || names.contains("headline") { return .news }
        let isBar = IngestKind.bars.columns.contains { column in
            column.isRequired && column.name != "symbol" && column.name != "date"
                && names.contains(column.name)
        }
        if isBar { return .bars }
        return header.count > 1 && header.first == "date" ? .closes : nil
    }
}
