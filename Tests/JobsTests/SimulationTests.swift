import Support
import Testing

@testable import Jobs

/// 10,000 histories with faults, in 20 parts; between seeds other tests get their turn.
@Suite("Thousands of histories of workers and jobs")
struct SimulationTests {
    private static let parts = 0..<20
    private static let seedsOfPart: UInt64 = 500

    private func play(
        _ part: Int, seeds: UInt64 = seedsOfPart, _ make: (UInt64) -> Simulation
    ) async -> [String] {
        let first = UInt64(part) * seeds
        for seed in first..<(first + seeds) {
            await Task.yield()
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
    func survivesFaults(part: Int) async {
        let problems = await play(part) { seed in
            Simulation(seed: seed, workers: 2, jobs: 8, faults: .many)
        }
        #expect(problems.isEmpty)
    }

    @Test(
        "without faults nothing is tried twice or waits longer than the last rung", arguments: 0..<4
    )
    func isPromptWithoutFaults(part: Int) async {
        let problems = await play(part, seeds: 250) { seed in
            Simulation(seed: seed, workers: 2, jobs: 5, faults: nil)
        }
        #expect(problems.isEmpty)
    }

    @Test("workers that are told to stop and started anew begin no job twice", arguments: 0..<4)
    func rollsWithoutRepeats(part: Int) async {
        var faults = Simulation.Faults.none
        faults.stops = 6
        let first = UInt64(part) * 250
        for seed in first..<(first + 250) {
            await Task.yield()
            var simulation = Simulation(seed: seed, workers: 2, jobs: 40, faults: faults)
            simulation.run()
            #expect(simulation.problems.isEmpty, "seed \(seed)")
            #expect(simulation.runs.allSatisfy { $0.value == 1 }, "seed \(seed)")
        }
    }

    @Test(
        "a worker told to stop when idle ends after the last job and not before", arguments: 0..<4)
    func endsWhenIdle(part: Int) async {
        var faults = Simulation.Faults.none
        faults.handlerFails = 0.2
        faults.answerLost = 0.02
        let problems = await play(part, seeds: 250) { seed in
            Simulation(seed: seed, workers: 2, jobs: 10, faults: faults, untilIdle: true)
        }
        #expect(problems.isEmpty)
    }
}
