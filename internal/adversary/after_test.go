package adversary_test

import (
	"fmt"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/ground"
)

// advance moves the day on; the daily round publishes what is due by itself.
func (o *office) advance(c claim) error {
	o.Advance([]int{1, 1, 3, 12, 31, 95}[c.A%6])
	_, _, _, err := o.Daily(o.t.Context(), o.System(), nil)
	return err
}

func (o *office) file(c claim) *file {
	if len(o.files) == 0 {
		return nil
	}
	return o.files[c.A%len(o.files)]
}

// correct corrects a name, by a character or by all of it.
func (o *office) correct(c claim) error {
	f := o.file(c)
	if f == nil || f.list != nil {
		return nil
	}
	by := o.who(f, "correction", c.Whose)
	_, tag, err := o.state(f)
	if err != nil {
		return err
	}
	if _, err = o.claim("correction opened", by, f.path+"/"+f.id+"/correction", object{"found_on": o.Day()}, tag); err != nil {
		return err
	}
	if _, tag, err = o.state(f); err != nil {
		return err
	}
	read, err := o.ask("look", by.token, http.MethodGet, "/v1/subjects/"+f.subject.id, nil, "")
	if err != nil || !read.ok() {
		return err
	}
	name, _ := read.body["name"].(string)
	identity := f.subject.identity
	letters := []rune(name)
	if len(letters) == 0 {
		return nil
	}
	letters[c.B%len(letters)] = []rune("甲乙丙丁戊己庚辛")[c.C%8]
	identity.Name = string(letters)
	_, err = o.claim("corrected", by, f.path+"/"+f.id+"/correction/data", o.spoil(c, identityBody(identity)), tag)
	return err
}

// bar records that somebody has performed in full: before publication nobody may be
// listed for it any more.
func (o *office) bar(c claim) error {
	f := o.file(c)
	if f == nil || f.list != nil {
		return nil
	}
	state, _, err := o.state(f)
	if err != nil {
		return err
	}
	by := o.official(c.Whose, of(f.owner, enforcement.Clerk, enforcement.Judge))
	made, err := o.claim("barred", by, f.path+"/"+f.id+"/exclusions", object{"kind": "performed", "on": o.Day()}, "")
	if err == nil && made.ok() {
		f.acts = append(f.acts, act{"performed", by, object{"before": state != ground.Active && state != "extended"}, o.Day()})
	}
	return err
}

func (o *office) brake(c claim) error {
	f := o.file(c)
	if f == nil {
		return nil
	}
	by := o.who(f, "suspension", c.Whose)
	_, err := o.claim("suspension", by, f.path+"/"+f.id+"/suspension", object{"reason": ground.WrongPersonClaim}, "")
	return err
}

func (o *office) giveBack(c claim) error {
	f := o.file(c)
	if f == nil {
		return nil
	}
	_, tag, err := o.state(f)
	if err != nil {
		return err
	}
	by := o.who(f, "resumption", c.Whose)
	_, err = o.claim("resumption", by, f.path+"/"+f.id+"/resumption", o.spoil(c, o.request(f, c, "resumption")), tag)
	return err
}

// endOne ends a case in force: it needs nothing, and is never refused for want of it.
func (o *office) endOne(c claim) error {
	f := o.file(c)
	if f == nil {
		return nil
	}
	state, _, err := o.state(f)
	if err != nil || state != ground.Active {
		return err
	}
	by := o.official(c.Whose, of(f.owner, enforcement.Judge, enforcement.DepartmentReviewer))
	made, err := o.claim("end", by, f.path+"/"+f.id+"/revocation", object{"event_on": o.Day(), "reasons": "演示：不应列入，予以撤销"}, "")
	if err == nil && !made.ok() {
		err = fmt.Errorf("an end was refused: %d %s", made.status, made.text)
	}
	return err
}
