package directive

// Events keep steps and outcomes of reports as numbers. A number that was written
// once means the same for ever: what is new gets the next one, whatever its place
// in the order of progress, and what is given up keeps its own.

// stepNumbers are the steps as events write them. 5 is taken ([Placed]).
var stepNumbers = map[Step]int16{
	Queued:       0,
	Left:         1,
	Delivered:    2,
	Acknowledged: 3,
	Cancelled:    4,
}

// Placed is how a settlement's event writes a Left item that waits in an inbox.
const Placed int16 = 5

// outcomeNumbers are the outcomes of a measure as events write them.
var outcomeNumbers = map[ReportOutcome]int16{
	Implemented:   0,
	NotApplicable: 1,
	RefusedReport: 2,
	Lifted:        3,
	kept:          4,
}

var (
	numberedSteps    = turned(stepNumbers)
	numberedOutcomes = turned(outcomeNumbers)
)

// StepNumber is a step's number in an event; -1 of what is no step.
func StepNumber(s Step) int16 { return numberOf(stepNumbers, s) }

// NumberedStep is the step that an event writes with a number; empty where none has it.
func NumberedStep(number int16) Step { return numberedSteps[number] }

// outcomeNumber is an outcome's number in an event; -1 of what is none.
func outcomeNumber(o ReportOutcome) int16 { return numberOf(outcomeNumbers, o) }

// NumberedOutcome is the outcome that an event writes with a number; empty where none has it.
func NumberedOutcome(number int16) ReportOutcome { return numberedOutcomes[number] }

func numberOf[T comparable](numbers map[T]int16, item T) int16 {
	if number, ok := numbers[item]; ok {
		return number
	}
	return -1
}

func turned[T comparable](numbers map[T]int16) map[int16]T {
	items := make(map[int16]T, len(numbers))
	for item, number := range numbers {
		items[number] = item
	}
	return items
}
