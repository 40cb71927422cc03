import Glibc

/// A numeric IP address, version 4 or 6: names may mean several, and which one changes.
struct NetworkAddress: ArgumentValue, Equatable, CustomStringConvertible {
    static let loopback = NetworkAddress(trusted: "127.0.0.1")

    let description: String
    /// Whether only programs on this machine reach it.
    let isLoopback: Bool

    private init(trusted text: String) {
        description = text
        isLoopback = true
    }

    init?(argument: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, argument, &four) == 1 {
            // 127.0.0.0/8, RFC 1122, section 3.2.1.3; in the order of the network.
            isLoopback = withUnsafeBytes(of: &four) { $0[0] == 127 }
        } else if inet_pton(AF_INET6, argument, &six) == 1 {
            // ::1 alone, RFC 4291, section 2.5.3, however it is written.
            isLoopback = withUnsafeBytes(of: &six) { bytes in
                bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
            }
        } else {
            return nil
        }
        description = argument
    }

    static var placeholder: String { "IP" }
    static var wanted: String { "a numeric IP address such as 127.0.0.1 or ::1" }
}
