import Testing

@testable import bellwether

/// A small tree of commands with every kind of option.
private enum Sample {
    enum Color: String, CaseIterable, ArgumentValue { case red, green }

    static let verbose = Option<Bool>.flag("verbose", short: "v", "Say more")
    static let color = Option<Color>.value("color", "Which", default: .red)
    static let size = Option<Count>.required("size", short: "s", "How big")
    static let name = Option<String?>.optional("name", "Called")
    static let tags = Option<[String]>.repeated("tag", "Marks")
    static let wait = Option<Duration>.value("wait", "How long", default: .seconds(1))

    static let paint = Command(
        name: "paint", summary: "puts color on things",
        positionals: [Positional(name: "THING", help: "What to paint", isRepeated: true)],
        options: [
            color.description, size.description, name.description, tags.description,
            wait.description,
        ],
        examples: [Example("tool paint -s 2 door", "Paint a door")],
        action: { _ in .success })
    static let root = Command(
        name: "tool", summary: "does things", options: [verbose.description],
        subcommands: [
            paint, Command(name: "print", summary: "prints", action: { _ in .success }),
        ])

    static func paint(_ arguments: String...) throws -> Invocation {
        let request = try CommandLineParser(root: root).parse(["paint"] + arguments)
        guard case .run(_, _, let invocation) = request else {
            throw ProgramError(.failure, "not a run: \(request)")
        }
        return invocation
    }
}

@Suite("Command line parser")
struct CommandLineParserTests {
    @Test("Values are typed, defaults stand where nothing is given")
    func values() throws {
        let invocation = try Sample.paint("-s", "3", "door")
        #expect(invocation[Sample.size] == Count(3))
        #expect(invocation[Sample.color] == .red)
        #expect(invocation[Sample.name] == nil)
        #expect(invocation[Sample.tags] == [])
        #expect(invocation[Sample.verbose] == false)
        #expect(invocation.arguments == ["door"])
    }

    @Test("Options and arguments mix in any order")
    func order() throws {
        let invocation = try Sample.paint(
            "door", "--color=green", "-v", "wall", "--tag", "a,b", "--size", "1", "--tag=c", "--",
            "--roof")
        #expect(invocation.arguments == ["door", "wall", "--roof"])
        #expect(invocation[Sample.color] == .green)
        #expect(invocation[Sample.tags] == ["a", "b", "c"])
        #expect(invocation[Sample.verbose])
    }

    @Test("A dash alone is an argument, a value may begin with one when it is a number")
    func dashes() throws {
        let invocation = try Sample.paint("-s1", "--name", "-5", "-")
        #expect(invocation.arguments == ["-"])
        #expect(invocation[Sample.name] == "-5")
    }

    @Test(
        "A wrong command line is named",
        arguments: [
            (["paint", "door"], UsageError.missingOption("--size")),
            (["paint", "-s", "0", "door"], invalid("--size", "0", Count.wanted)),
            (["paint", "-s", "1"], .missingArgument("THING")),
            (["paint", "--colour", "red"], .unknownOption("--colour", nearest: "--color")),
            (["paint", "--zebra"], .unknownOption("--zebra", nearest: nil)),
            (["paint", "-x"], .unknownOption("-x", nearest: nil)),
            (["paint", "--size"], .missingValue("--size")),
            (["paint", "--size", "--name"], .missingValue("--size")),
            (["paint", "-v=1"], .unwantedValue("-v")),
            (["paint", "--verbose=yes"], .unwantedValue("--verbose")),
            (["paint", "-s1", "-s2", "x"], .repeatedOption("-s")),
            (["paint", "-s1", "--tag", "a,,b", "x"], invalid("--tag", "", String.wanted)),
            (
                ["paint", "-s1", "--color", "gren", "x"],
                invalid("--color", "gren", "one of red, green", nearest: "green")
            ),
            (["pain", "x"], .unknownCommand("pain", nearest: "paint")),
            (["print", "x"], .unwantedArgument("x")),
            (["-v"], .missingCommand),
        ])
    func errors(_ arguments: [String], _ expected: UsageError) throws {
        let error = try #require(throws: UsageError.self) {
            try CommandLineParser(root: Sample.root).parse(arguments)
        }
        guard case .of(_, let inner) = error else {
            Issue.record("no command is named: \(error)")
            return
        }
        #expect(inner == expected)
    }

    @Test(
        "Help is there at each level",
        arguments: [
            ([], ["tool"]), (["--help"], ["tool"]), (["help"], ["tool"]),
            (["help", "paint"], ["tool", "paint"]), (["paint", "-h"], ["tool", "paint"]),
            (["paint", "x", "--help"], ["tool", "paint"]),
        ])
    func help(_ arguments: [String], _ expected: [String]) throws {
        let request = try CommandLineParser(root: Sample.root).parse(arguments)
        guard case .help(let path) = request else {
            Issue.record("not help: \(request)")
            return
        }
        #expect(path.map(\.name) == expected)
        let page = Usage.help(path)
        #expect(page.hasPrefix(expected.joined(separator: " ") + ": "))
        #expect(page.split(separator: "\n").allSatisfy { $0.count <= 92 })
    }

    @Test("The page of a command shows all it takes")
    func page() {
        let page = Usage.help([Sample.root, Sample.paint])
        for text in [
            "Usage: tool paint --size NUMBER [OPTIONS] THING...", "-s, --size NUMBER",
            "(red | green; default: red)", "may be repeated", "tool paint -s 2 door",
        ] {
            #expect(page.contains(text), "\(text) in \(page)")
        }
    }

    private static func invalid(
        _ option: String, _ text: String, _ wanted: String, nearest: String? = nil
    ) -> UsageError {
        .invalidValue(option: option, text: text, wanted: wanted, nearest: nearest)
    }
}

@Suite("Suggestions")
struct SuggestionTests {
    @Test(
        "The distance counts edits",
        arguments: [
            ("", "", 0), ("abc", "abc", 0), ("abc", "ab", 1), ("abc", "acb", 1), ("abc", "", 3),
            ("kitten", "sitting", 3),
        ])
    func distance(_ left: String, _ right: String, _ expected: Int) {
        #expect(Suggestion.distance(left, right) == expected)
        #expect(Suggestion.distance(right, left) == expected)
    }

    @Test(
        "Only what is near is suggested",
        arguments: [
            ("migrat", "migrate"), ("ingset", "ingest"), ("doc", "doctor"), ("zzz", nil), ("", nil),
        ])
    func nearest(_ word: String, _ expected: String?) {
        #expect(Suggestion.nearest(to: word, in: ["migrate", "ingest", "doctor"]) == expected)
    }
}

@Suite("Argument values")
struct ArgumentValueTests {
    @Test(
        "Lengths of time",
        arguments: [
            ("500ms", Duration.milliseconds(500)), ("30s", .seconds(30)), ("5m", .seconds(300)),
            ("2h", .seconds(7200)), ("7", .seconds(7)), ("x", nil), ("-1s", nil), ("s", nil),
        ])
    func durations(_ text: String, _ expected: Duration?) {
        #expect(Duration(argument: text) == expected)
    }

    @Test(
        "A length of time is told as it would be typed",
        arguments: [
            (Duration.milliseconds(1500), "1500ms"), (.seconds(10), "10s"), (.seconds(90), "90s"),
            (.seconds(60), "1m"), (.seconds(7200), "2h"), (.seconds(365 * 86_400), "365d"),
        ])
    func argument(_ length: Duration, _ expected: String) {
        #expect(length.argument == expected)
        #expect(Duration(argument: length.argument) == length)
    }
}
