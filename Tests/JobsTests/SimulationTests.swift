import Support
import Testing

@testable import Jobs

/// 10,000 histories: 20 parts of 500 seeds, so that both cores are used.
@Suite("Thousands of histories of workers and jobs")
struct SimulationTests {
    private static let parts = 0..<20
    private static let seedsOfPart: UInt64 = 500

    private func play(
        _ part: Int, _ make: (UInt64) -> Simulation
    ) -> [String] {
        let first = UInt64(part) * Self.seedsOfPart
        for seed in first..<(first + Self.seedsOfPart) {
            var simulation = make(seed)
            simulation.run()
            if !simulation.problems.isEmpty {
                return ["seed \(seed)"] + simulation.problems
            }
        }
        return []
    }

    @Test(
        "whatever is lost or killed, each job is done once or dead, and none is forgotten",
        arguments: parts)
    func survivesFaults(part: Int) {
        let problems = play(part) { seed in
            Simulation(seed: seed, workers: 2, jobs: 8, faults: .many)
        }
        #expect(problems.isEmpty)
    }

    @Test(
        "without faults nothing is tried twice or waits longer than the last rung", arguments: 0..<4
    )
    func isPromptWithoutFaults(part: Int) {
        let problems = play(part) { seed in
            Simulation(seed: seed, workers: 2, jobs: 5, faults: nil)
        }
        #expect(problems.isEmpty)
    }

    @Test(
        "a worker told to stop when idle ends after the last job and not before", arguments: 0..<4)
    func endsWhenIdle(part: Int) {
        var faults = Simulation.Faults.none
        faults.handlerFails = 0.2
        faults.answerLost = 0.02
        let problems = play(part) { seed in
            Simulation(seed: seed, workers: 2, jobs: 10, faults: faults, untilIdle: true)
        }
        #expect(problems.isEmpty)
    }
}
