// cel compares the engine's conditions with cel-go, the reference implementation of CEL.
//
// Standard input is what `oracle_cel` (cel_cases.c) writes: a line a person and event, followed by a line
// a condition with what the engine says of it. Facts are answered here by functions of their own,
// written from the text of the language once more. Times are Europe/London's.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
	_ "time/tzdata"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

type relationship struct {
	Kind, With string
	Open       bool
}
type word struct {
	What, To        string // To empty: everybody
	Stands          bool
	At, Until       int64
	Basis, Capacity string
}
type moment struct{ Ms int64 }

// A person, an event and who asks.
type situation struct {
	Source, Recipient string
	At                int64
	Addressees        []string
	Fields            map[string]json.RawMessage
	Relationships     []relationship
	Consents          []word
	Objections        []word
	Restrictions      []word
	Responsible       []word
	Dead              bool
}
type line struct {
	Situation *situation
	When      string
	Is        bool
}

var now *situation

// The last word that is about it; of several of one moment all must hold.
func last(words []word, about func(word) bool, holds func(word) bool) bool {
	at, stands := int64(-1<<63), false
	for _, w := range words {
		if !about(w) || w.At < at {
			continue
		}
		stands = holds(w) && (stands || w.At > at)
		at = w.At
	}
	return stands
}

func known(who string) bool {
	for _, r := range now.Relationships {
		if r.Open && r.With == who {
			return true
		}
	}
	return false
}

func related(who, kind string) bool {
	for _, r := range now.Relationships {
		if r.Open && r.With == who && r.Kind == kind {
			return true
		}
	}
	return false
}

func consent(who, purpose string) bool {
	return last(now.Consents, func(w word) bool {
		return (w.What == purpose || (w.What == "" && !w.Stands)) && (w.To == "" || w.To == who)
	}, func(w word) bool {
		if w.Basis == "best-interests" && w.Capacity == "has-capacity" {
			return false
		}
		if w.Basis != "best-interests" && w.Capacity == "lacks-capacity" {
			return false
		}
		return w.Stands && (now.At < w.Until)
	})
}

// Of several words of one moment any that protects counts: not all of them say that nothing is so.
func protects(words []word, about func(word) bool) bool {
	return !last(words, about, func(w word) bool { return !w.Stands }) && anyWord(words, about)
}

func anyWord(words []word, about func(word) bool) bool {
	for _, w := range words {
		if about(w) {
			return true
		}
	}
	return false
}

func objection(who string) bool {
	return protects(now.Objections, func(w word) bool { return w.To == "" || w.To == who })
}

func restricted(kind string) bool {
	if kind == "deceased" {
		return now.Dead
	}
	if kind == "location-unchecked" {
		return !anyWord(now.Restrictions, func(w word) bool { return w.What == "location" })
	}
	// To is who said it: nobody lifts what another raised.
	for _, said := range now.Restrictions {
		if protects(now.Restrictions, func(w word) bool { return w.What == kind && w.To == said.To }) {
			return true
		}
	}
	return false
}

func responsible(who, function string) bool {
	return last(now.Responsible, func(w word) bool { return w.What == function },
		func(w word) bool { return w.To == who })
}

func addressed(who string) bool {
	for _, a := range now.Addressees {
		if a == who {
			return true
		}
	}
	return false
}

func age() int64 {
	london, err := time.LoadLocation("Europe/London")
	must(err)
	var text string
	must(json.Unmarshal(now.Fields["person.birth_date"], &text))
	born, err := time.Parse("2006-01-02", text)
	must(err)
	today := time.UnixMilli(now.At).In(london)
	years := today.Year() - born.Year()
	if today.Month() < born.Month() || (today.Month() == born.Month() && today.Day() < born.Day()) {
		years--
	}
	return int64(years)
}

func must(err error) {
	if err != nil {
		fmt.Println("FAILED:", err)
		os.Exit(1)
	}
}

func text(v ref.Val) string { s, _ := v.Value().(string); return s }

func one(name string, f func(string) bool) cel.EnvOption {
	return cel.Function(name, cel.Overload("own_"+name, []*cel.Type{cel.StringType}, cel.BoolType,
		cel.UnaryBinding(func(a ref.Val) ref.Val { return types.Bool(f(text(a))) })))
}

func two(name string, f func(string, string) bool) cel.EnvOption {
	return cel.Function(name, cel.Overload("own_"+name, []*cel.Type{cel.StringType, cel.StringType},
		cel.BoolType,
		cel.BinaryBinding(func(a, b ref.Val) ref.Val { return types.Bool(f(text(a), text(b))) })))
}

// Fields are maps by the parts of their paths: only has() can ask for one that is not there.
func environment() *cel.Env {
	roots := strings.Fields(os.Getenv("CEL_ROOTS"))
	options := []cel.EnvOption{
		cel.Variable("recipient", cel.StringType), cel.Variable("source", cel.StringType),
		one("known", known), two("relationship", related), two("consent", consent),
		one("objection", objection), two("responsible", responsible), one("addressed", addressed),
		two("startsWith", strings.HasPrefix),
		cel.Function("restricted", cel.Overload("own_restricted",
			[]*cel.Type{cel.DynType, cel.StringType}, cel.BoolType,
			cel.BinaryBinding(func(_, b ref.Val) ref.Val { return types.Bool(restricted(text(b))) }))),
		cel.Function("age", cel.Overload("own_age", nil, cel.IntType,
			cel.FunctionBinding(func(...ref.Val) ref.Val { return types.Int(age()) }))),
	}
	for _, r := range roots {
		options = append(options, cel.Variable(r, cel.MapType(cel.StringType, cel.DynType)))
	}
	env, err := cel.NewEnv(options...)
	must(err)
	return env
}

func value(raw json.RawMessage) interface{} {
	var m moment
	if raw[0] == '{' {
		must(json.Unmarshal(raw, &m))
		return time.UnixMilli(m.Ms).UTC()
	}
	if raw[0] == '[' {
		var list []string
		must(json.Unmarshal(raw, &list))
		return list
	}
	if raw[0] == '"' || raw[0] == 't' || raw[0] == 'f' {
		var v interface{}
		must(json.Unmarshal(raw, &v))
		return v
	}
	var n int64
	must(json.Unmarshal(raw, &n))
	return n
}

func variables(s *situation) map[string]interface{} {
	vars := map[string]interface{}{"recipient": s.Recipient, "source": s.Source}
	for _, r := range strings.Fields(os.Getenv("CEL_ROOTS")) {
		vars[r] = map[string]interface{}{}
	}
	for path, raw := range s.Fields {
		parts := strings.Split(path, ".")
		at := vars
		for _, p := range parts[:len(parts)-1] {
			if at[p] == nil {
				at[p] = map[string]interface{}{}
			}
			at = at[p].(map[string]interface{})
		}
		at[parts[len(parts)-1]] = value(raw)
	}
	return vars
}

func main() {
	env := environment()
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	conditions, situations, yes := 0, 0, 0
	var vars map[string]interface{}
	for in.Scan() {
		var l line
		must(json.Unmarshal(in.Bytes(), &l))
		if l.Situation != nil {
			now, vars = l.Situation, variables(l.Situation)
			situations++
			continue
		}
		ast, issues := env.Compile(l.When)
		if issues.Err() != nil {
			fmt.Printf("FAILED: CEL does not take what we take: %s\n%s\n", l.When, issues.Err())
			os.Exit(1)
		}
		program, err := env.Program(ast)
		must(err)
		out, _, err := program.Eval(vars)
		if err != nil || out.Value() != l.Is {
			fmt.Printf("FAILED: we say %v, CEL says %v (%v) of\n  %s\n", l.Is, out, err, l.When)
			s, _ := json.Marshal(now)
			fmt.Printf("  %s\n", s)
			os.Exit(1)
		}
		conditions++
		if l.Is {
			yes++
		}
	}
	must(in.Err())
	fmt.Printf("%d conditions over %d events: all as cel-go has them (%d true, %d false)\n", conditions,
		situations, yes, conditions-yes)
	if conditions == 0 {
		os.Exit(1)
	}
}
