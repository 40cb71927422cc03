import Testing
import Trading

@Suite("Fraction") struct FractionTests {
    @Test(
        "is shown in percent",
        arguments: [(0.042, "4.2 %"), (-0.5, "-50.0 %"), (0, "0.0 %"), (-0.0001, "0.0 %")])
    func description(value: Double, text: String) {
        #expect(Fraction(value).description == text)
    }

    @Test("keeps its sign when it matters")
    func signed() {
        #expect(0.042.signedPercent == "+4.2 %")
        #expect((-0.042).signedPercent == "-4.2 %")
    }

    @Test("stays within bounds", arguments: [(-1.0, 0.0), (0.4, 0.4), (7.0, 1.0)])
    func clamped(value: Double, expected: Double) {
        #expect(Fraction(value).clamped(0...1).value == expected)
    }
}
