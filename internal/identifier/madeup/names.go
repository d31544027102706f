package madeup

import "fmt"

// The ten stems and twelve branches number things in Chinese; nobody is called
// by them.
var (
	stems    = []rune("甲乙丙丁戊己庚辛壬癸")
	branches = []rune("子丑寅卯辰巳午未申酉戌亥")
)

var (
	trades = []string{
		"商贸", "建筑工程", "物流", "餐饮管理", "信息技术", "农业开发", "装饰工程", "机械设备",
		"房地产开发", "食品", "运输", "环保科技",
	}
	shops = []string{"小吃店", "五金店", "水果店", "理发店", "便利店", "汽车修理部"}
)

// PersonName returns a made name of a person.
func (m *Maker) PersonName() string { return NthPersonName(m.random.IntN(PersonNames)) }

// LongPersonName returns a made name with a middle dot, of the form that many
// minorities' names have.
func (m *Maker) LongPersonName() string {
	return fmt.Sprintf("演示%c%c·某%c", pick(m, stems), pick(m, branches), pick(m, stems))
}

// CompanyName returns a made name of a company, as 南宁市演示甲子商贸有限公司.
func (m *Maker) CompanyName() string {
	return "南宁市演示" + m.trade() + pick(m, trades) + "有限公司"
}

// SoleTraderName returns a made name of a sole trader's shop.
func (m *Maker) SoleTraderName() string {
	return "南宁市演示" + m.trade() + pick(m, shops)
}

// InstitutionName returns a made name of a public institution.
func (m *Maker) InstitutionName() string {
	return "南宁市演示" + m.trade() + "服务中心"
}

// trade is a trade name of two to four characters.
func (m *Maker) trade() string {
	name := string(pick(m, stems)) + string(pick(m, branches))
	if m.random.IntN(2) == 0 {
		name += string(pick(m, stems)) + string(pick(m, branches))
	}
	return name
}
