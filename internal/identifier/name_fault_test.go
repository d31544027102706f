package identifier_test

import (
	"errors"
	"testing"

	"concordat/internal/identifier"
)

// Names as files brought them, and what each is refused for.
func TestNamesThatAreNone(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"演示?": identifier.CodeNameLost, "演示？": identifier.CodeNameLost, "演□示": identifier.CodeNameLost,
		"演示\ue000": identifier.CodeNameCharacter, "演示⺮": identifier.CodeNameCharacter,
		"NULL": identifier.CodeNameNobody, " null ": identifier.CodeNameNobody, "ｎｕｌｌ": identifier.CodeNameNobody, "N/A": identifier.CodeNameNobody,
		"未知": identifier.CodeNameNobody, "某 某": identifier.CodeNameNobody, "…": identifier.CodeNameNobody, "12345": identifier.CodeNameNobody,
		"演示甲,演示乙": identifier.CodeNameSeveral, "演示甲、演示乙": identifier.CodeNameSeveral, "演示甲/演示乙": identifier.CodeNameSeveral,
		"NGUYEN VAN A; NGUYEN VAN B":   identifier.CodeNameSeveral,
		"演示甲（身份证号：450103198407142057）": identifier.CodeNameNumber, "450105196402109868": identifier.CodeNameNumber, "演示甲13800000000": identifier.CodeNameNumber,
		"演示\u3164甲": identifier.CodeNameControl, "演示\ufe00甲": identifier.CodeNameControl, "演\U000e0100示": identifier.CodeNameControl, "演\u2800示": identifier.CodeNameControl,
	} {
		_, err := identifier.ParseName(name)
		if bad, ok := errors.AsType[*identifier.Error](err); !ok || bad.Code != code {
			t.Errorf("%q: %v, want %s", name, err, code)
		}
	}
}

// Names that look odd and are somebody's, in the form in which they are kept.
func TestNamesThatAreUnified(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"演示⽂": "演示文", "演示\ue81e": "演示龴", "演示买买提.吐尔逊": "演示买买提·吐尔逊", "演示买买提。吐尔逊": "演示买买提·吐尔逊", "演示买买提 .吐尔逊": "演示买买提·吐尔逊", "演示买买提. 吐尔逊": "演示买买提·吐尔逊", "演示买买提 ． 吐尔逊": "演示买买提·吐尔逊",
		"演示﹝南宁﹞公司": "演示（南宁）公司", "演示﹙南宁﹚公司": "演示（南宁）公司",
		"DEMO CO., LTD.": "DEMO CO., LTD.", "DEMO A/S": "DEMO A/S", "演示91234部队": "演示91234部队", "演示168168科技有限公司": "演示168168科技有限公司",
	} {
		got, err := identifier.ParseName(name)
		if err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", name, got, err, want)
		}
	}
}

// Codes of units that no register has, though their check characters fit; and a person's
// number that a second person was to accept as a unit's.
func TestUnitsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, number := range []string{"000000000000000000", unit("91000000MA5P34567"), unit("91999999MA5P34567"), unit("00450103MA5P34567")} {
		if _, err := identifier.ParseOverride(identifier.USCC, "", number); err == nil {
			t.Errorf("%s is taken", number)
		}
	}
	_, err := identifier.ParseOverride(identifier.USCC, "", "450103198407142057")
	if bad, ok := errors.AsType[*identifier.Error](err); !ok || bad.Code != identifier.CodeKind {
		t.Errorf("a person's number as a unit's: %v", err)
	}
}

// unit is 17 characters with their check character.
func unit(first17 string) string {
	check, _ := identifier.USCCCheck(first17)
	return first17 + string(check)
}

func TestCaseNumberAndFiling(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		number       string
		filed, today int
		fits         bool
	}{
		{"(2026)桂0103执1号", 2026, 2026, true},
		{"(2025)桂0103执1号", 2026, 2026, true},
		{"(2026)桂0103执1号", 2025, 2026, true},
		{"(2026)桂0103执79号", 2019, 2026, false},
		{"(2024)桂0103执79号", 2026, 2026, false},
		{"(2099)桂0103执1号", 2026, 2026, false},
		{"(2027)桂0103执1号", 2026, 2026, false},
		{"﹝2026﹞桂0103执1号", 2026, 2026, true},
		{"(2014)青执字第1号", 2026, 2026, false},
	} {
		n, err := identifier.ParseCaseNumber(c.number)
		if err != nil {
			t.Errorf("%s: %v", c.number, err)
		}
		if err := n.Filed(c.filed, c.today); (err == nil) != c.fits {
			t.Errorf("%s, filed in %d: %v", c.number, c.filed, err)
		}
	}
}
