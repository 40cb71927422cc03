/// A piece of news about a symbol, as its source worded it.
package struct NewsItem: Equatable, Sendable, Codable {
    package let title: String
    package let source: String?
    /// As the database writes it.
    package let publishedAt: String?
    /// How favourable it is, -1...1; nil if nobody rated it.
    package let sentiment: Double?

    enum CodingKeys: String, CodingKey {
        case title, source, sentiment
        case publishedAt = "published_at"
    }

    package init(
        title: String, source: String? = nil, publishedAt: String? = nil, sentiment: Double? = nil
    ) {
        self.title = title
        self.source = source
        self.publishedAt = publishedAt
        self.sentiment = sentiment
    }
}
