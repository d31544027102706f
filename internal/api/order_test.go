package api_test

import (
	"net/http"
	"testing"

	"concordat/enforcement/enforcetest"
)

// An order by HTTP, from the draft to the last who is told of its end.
func TestTheLifeOfAnOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	subject, execution, day := b.Subject(b.Person()).String(), b.Case().String(), b.Day().String()
	text := func(s string) []byte { return []byte("演示：" + s) }
	id := b.want(http.StatusCreated, b.clerk, http.MethodPost, "/v1/orders", object{"case": execution, "subject": subject, "duty": "payment"}).id()
	path := "/v1/orders/" + id
	served := b.Day().AddDays(-enforcetest.NoticeDays).String()
	move := func(token, door string, body any) answer {
		tag := b.want(http.StatusOK, b.clerk, http.MethodGet, path, nil).header.Get("ETag")
		return b.want(http.StatusOK, token, http.MethodPost, path+"/"+door, body, "If-Match", tag)
	}
	b.Ago(func() {
		move(b.clerk, "notice", object{"served_on": served, "perform_within_days": 3, "document": text("执行通知书")})
	})
	proposal := object{
		"number": "(2025)桂0103执1号之二", "reasons": "演示：未按执行通知书指定的期间履行给付义务", "items": []string{"transport", "trains"}, "consequences": "演示：罚款、拘留",
		"factors": []string{"evasion"}, "ability": "演示：名下有车辆", "received_on": day, "application": text("申请书"), "document": text("限制消费令"),
	}
	move(b.judge, "proposal", proposal)
	move(b.president, "signature", nil)
	move(b.clerk, "service", object{"manner": "direct", "on": day, "enclosures": []string{"reasons", "consequences", "removal-conditions", "remedies"}, "document": text("送达回证")})
	if got := move(b.clerk, "issue", nil).body["state"]; got != "active" {
		t.Fatalf("issued: %v", got)
	}
	told := b.want(http.StatusCreated, b.clerk, http.MethodPost, path+"/notices", object{"form": "assist-notice", "recipient": "演示航空公司<script>", "told_on": day, "document": text("协助执行通知书")}).id()
	move(b.clerk, "breaches", object{"breached_on": day, "text": "演示：乘坐飞机"})
	refused := b.send(b.clerk, http.MethodPost, path+"/lifting", object{"cause": "performed", "event_on": day, "reasons": "。"})
	if refused.code() != "role.forbidden" {
		t.Errorf("lifted by a clerk: %s", refused.text)
	}
	move(b.judge, "lifting", object{"cause": "performed", "event_on": day, "reasons": "。"})
	b.want(http.StatusNoContent, b.clerk, http.MethodPost, path+"/notices/"+told+"/lifting", object{"on": day})
	file := b.want(http.StatusOK, b.clerk, http.MethodGet, path, nil).body
	if order, texts := file["order"].(object), file["texts"].(object); order["state"] != "lifted" || texts["reasons"] != proposal["reasons"] { //nolint:errcheck // the test ends
		t.Errorf("the file: %v %v", order, texts)
	}
	overseen := b.want(http.StatusOK, b.overseer, http.MethodGet, path, nil).body
	if _, shown := overseen["texts"]; shown {
		t.Error("an overseer reads the texts")
	}
	for who, token := range map[string]string{"another court": b.otherClerk, "a department": b.reviewer} {
		if got := b.send(token, http.MethodGet, path, nil); got.status == http.StatusOK {
			t.Errorf("%s reads it", who)
		}
	}
}
