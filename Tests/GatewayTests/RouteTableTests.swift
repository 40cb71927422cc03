import Testing

@testable import Gateway

@Suite("Route table") struct RouteTableTests {
}
