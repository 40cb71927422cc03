/// A data type of the server: its OID and what this client can do with it.
package struct PostgresType: Sendable, Hashable {
    package let oid: UInt32
    package let kind: Kind

    /// The binary forms that are known; everything else goes and comes as its name says.
    package indirect enum Kind: Sendable, Hashable {
        case bool, int2, int4, int8, oid, float4, float8, numeric
        /// Any type whose binary form is its text: text, varchar, name, xml, enums, citext.
        case text
        case bytea, uuid, json, jsonb
        /// Days since 2000-01-01.
        case date
        /// Microseconds since 2000-01-01 00:00, with (UTC) and without time zone.
        case timestamptz, timestamp
        /// Microseconds, days, months.
        case interval
        /// The extension's float4 vector: found by name, its OID differs in each database.
        case vector
        case array(of: PostgresType)
        case void
        case other(String)
    }

    /// The server's name of the type, for error messages.
    package var name: String {
        switch kind {
        case .array(let element): element.name + "[]"
        case .other(let name): name
        case .numeric: "numeric"
        default: "\(kind)"
        }
    }

    /// Types with fixed OIDs (PostgreSQL's pg_type.dat): element and array type.
    private static let pairs: [(oid: UInt32, array: UInt32, kind: Kind)] = [
        (16, 1000, .bool), (17, 1001, .bytea), (18, 1002, .text), (19, 1003, .text),
        (20, 1016, .int8), (21, 1005, .int2), (23, 1007, .int4), (25, 1009, .text),
        (26, 1028, .oid), (114, 199, .json), (142, 143, .text), (700, 1021, .float4),
        (701, 1022, .float8), (1042, 1014, .text), (1043, 1015, .text), (1082, 1182, .date),
        (1114, 1115, .timestamp), (1184, 1185, .timestamptz), (1186, 1187, .interval),
        (1700, 1231, .numeric), (2950, 2951, .uuid), (3802, 3807, .jsonb),
    ]

    static let text = PostgresType(oid: 25, kind: .text)

    static let builtIn: [UInt32: PostgresType] = {
        var types: [UInt32: PostgresType] = [
            705: PostgresType(oid: 705, kind: .text),
            2278: PostgresType(oid: 2278, kind: .void),
        ]
        for pair in pairs {
            let element = PostgresType(oid: pair.oid, kind: pair.kind)
            types[pair.oid] = element
            types[pair.array] = PostgresType(oid: pair.array, kind: .array(of: element))
        }
        return types
    }()
}
