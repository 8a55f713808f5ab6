// Replays who was sent where, seat by seat, and the substitutions (docs/record-format.md, sections 7 and 8).
"use strict";

function teamFaults(record) {
  const schools = record.selection.map((line) => line.school);
  if (record.state === "unstaffed") {
    return shortageFaults(record, schools);
  }
  return assignmentFaults(record, schools, record.teams, { teams: new Map(), gone: new Set() });
}

function teamsSaid(record) {
  if (record.state !== "unstaffed") {
    return `${record.teams.length}个检查组逐个席位重新推算，全部一致`;
  }
  return `所列${record.shortage.length}个席位，能派的人员最多承担${placesFor(record)}个，确实无法为全部学校组成检查组`;
}

// A shortage is proved by counting: these seats are more than all who could take them can hold together.
function shortageFaults(record, schools) {
  const left = new Map();
  for (const school of schools) {
    rolesOf(record.commitment, school).forEach((role) => left.set(`${school} ${role}`, (left.get(`${school} ${role}`) ?? 0) + 1));
  }
  const faults = [];
  for (const { school, role } of record.shortage) {
    const seat = `${school} ${role}`;
    left.set(seat, (left.get(seat) ?? 0) - 1);
    if (left.get(seat) < 0) {
      faults.push(`缺岗证明中的席位 ${seat} 不属于抽中学校`);
    }
  }
  const places = placesFor(record);
  const isProof = places < record.shortage.length;
  return isProof ? faults : [...faults, `所列${record.shortage.length}个席位，能派的人员可承担${places}个，不能证明无法成组`];
}

// How many of the seats of a shortage can be held: everybody one a school at most, and no more than his or her load.
function placesFor(record) {
  const blocked = new Map(record.commitment.not_assignable.map((line) => [line.inspector, new Set(line.schools)]));
  return sum(
    record.commitment.inspectors.map((person) => {
      const barred = blocked.get(person.inspector) ?? new Set();
      const open = record.shortage.filter(({ school, role }) => !barred.has(school) && !unfitReason(person, role));
      return Math.min(person.load, new Set(open.map((line) => line.school)).size);
    }),
  );
}

// What is wrong with the teams of these schools, assigned in this order while other teams stand.
function assignmentFaults(record, schools, teams, standing) {
  if (schools.join() !== teams.map((team) => team.school).join()) {
    return ["检查组与学校不是按抽中顺序一一对应"];
  }
  const seats = teams.flatMap((team) => team.members.map((member) => ({ ...member, school: team.school })));
  const faults = teams.flatMap((team) => roleFaults(record.commitment, team));
  return faults.length ? faults : allSeatFaults(record, seats, standing);
}

// What is wrong with these seats, given in this order. `standing`: teams whose seats are not in question, by
// school, and the inspectors who gave up a seat and get none any more.
function allSeatFaults(record, seats, standing) {
  const rules = assignmentRules(record, standing);
  const faults = [
    ...seats.filter((seat) => !rules.canHold(seat.inspector, seat)).map((seat) => `学校 ${seat.school}：${seat.inspector} 不能担任 ${seat.role}`),
    ...repeatFaults(seats, rules.loads),
  ];
  const replay = { seats, held: placesOf(seats), rules };
  return faults.length ? faults : seats.flatMap((seat, place) => seatFaults(replay, place));
}

// How many more schools everybody may be sent to.
function loadsLeft(record, teams) {
  const loads = new Map(record.commitment.inspectors.map((line) => [line.inspector, line.load]));
  for (const member of [...teams.values()].flatMap((team) => team.members)) {
    loads.set(member.inspector, loads.get(member.inspector) - 1);
  }
  return loads;
}

// For every inspector, the places of his or her seats.
function placesOf(seats) {
  const held = new Map();
  seats.forEach((seat, place) => held.set(seat.inspector, [...(held.get(seat.inspector) ?? []), place]));
  return held;
}

function assignmentRules(record, standing) {
  const people = new Map(record.commitment.inspectors.map((line) => [line.inspector, line]));
  const blocked = new Map(record.commitment.not_assignable.map((line) => [line.inspector, new Set(line.schools)]));
  const sorted = ticketOrder(record.seed);
  const orders = new Map();
  const isBlocked = (person, school) =>
    standing.gone.has(person) || (blocked.has(person) && blocked.get(person).has(school));
  const isMate = (person, school) =>
    standing.teams.has(school) && standing.teams.get(school).members.some((member) => member.inspector === person);
  return {
    loads: loadsLeft(record, standing.teams),
    isBlocked,
    isMate,
    canHold: (person, seat) =>
      people.has(person) &&
      !isMate(person, seat.school) &&
      !isBlocked(person, seat.school) &&
      !unfitReason(people.get(person), seat.role),
    unfit: (person, role) => unfitReason(people.get(person), role),
    // Everybody in the order of their tickets for a school.
    order: (school) => {
      if (!orders.has(school)) {
        const beginning = `pair:${school}:`;
        const ids = sorted([...people.keys()].map((person) => beginning + person));
        orders.set(school, ids.map((id) => id.slice(beginning.length)));
      }
      return orders.get(school);
    },
  };
}

function unfitReason(person, role) {
  if (role === "leader") {
    return person.leader ? "" : "not-leader";
  }
  const code = role.startsWith("expertise:") ? role.slice("expertise:".length) : "";
  return code && !person.expertise.includes(code) ? "lacks-expertise" : "";
}

function rolesOf(plan, school) {
  const line = plan.pool.find((item) => item.school === school);
  const named = [...(plan.team_leaders ? ["leader"] : []), ...line.requires.map((code) => `expertise:${code}`)];
  const ordinary = Math.max(0, plan.team_size - named.length);
  return [...named, ...Array(ordinary).fill("ordinary")];
}

function roleFaults(plan, team) {
  const wanted = rolesOf(plan, team.school);
  const found = team.members.map((member) => member.role);
  return wanted.join() === found.join() && found.length === plan.team_size ? [] : [`学校 ${team.school} 的席位应为 ${wanted.join("、")}`];
}

function repeatFaults(seats, loads) {
  const faults = [];
  const pairs = new Set();
  const used = new Map();
  for (const { school, inspector } of seats) {
    if (pairs.has(`${school} ${inspector}`)) {
      faults.push(`学校 ${school}：${inspector} 占了两个席位`);
    }
    pairs.add(`${school} ${inspector}`);
    used.set(inspector, (used.get(inspector) ?? 0) + 1);
  }
  const over = [...used].filter(([inspector, count]) => count > loads.get(inspector));
  return [...faults, ...over.map(([inspector, count]) => `${inspector} 承担${count}所，超过上限${loads.get(inspector)}所`)];
}

// Compares the people passed over for one seat, and why, with what the rule says.
function seatFaults(replay, place) {
  const seat = replay.seats[place];
  const order = replay.rules.order(seat.school);
  const before = order.slice(0, order.indexOf(seat.inspector));
  const wanted = before.map((inspector) => ({ inspector, reason: reasonAgainst(replay, place, inspector) }));
  const better = wanted.find((line) => line.reason === "");
  if (better) {
    return [`学校 ${seat.school} 的 ${seat.role} 应由号码更小的 ${better.inspector} 担任`];
  }
  return canonical(wanted) === canonical(seat.passed) ? [] : [`学校 ${seat.school} 的 ${seat.role}：越过的人员或理由与规则不符`];
}

function reasonAgainst(replay, place, person) {
  const { seats, rules } = replay;
  const seat = seats[place];
  const settled = (replay.held.get(person) ?? []).filter((earlier) => earlier < place);
  if (rules.isMate(person, seat.school) || settled.some((earlier) => seats[earlier].school === seat.school)) {
    return "already-on-team";
  }
  if (rules.isBlocked(person, seat.school)) {
    return "not-assignable";
  }
  const unfit = rules.unfit(person, seat.role);
  if (unfit) {
    return unfit;
  }
  if (settled.length >= rules.loads.get(person)) {
    return "load-exhausted";
  }
  return leavesRestSolvable(replay, place, person) ? "" : "needed-elsewhere";
}

// Gives the seat to `person` and looks for a chain of moves among the later seats that makes room.
function leavesRestSolvable(replay, place, person) {
  const { seats, held, rules } = replay;
  const school = seats[place].school;
  const laterPlaces = (name) => (held.get(name) ?? []).filter((other) => other > place);
  const laterAt = (name, at) => laterPlaces(name).find((other) => seats[other].school === at);
  const isFixed = (name, at) =>
    (name === person && at === school) || (held.get(name) ?? []).some((other) => other < place && seats[other].school === at);
  const twice = laterAt(person, school);
  // The holder of this very seat gives it up; `person` takes it, and leaves a second seat at the same school.
  const used = (name) =>
    (held.get(name) ?? []).length - (name === seats[place].inspector ? 1 : 0) + (name === person && twice === undefined ? 1 : 0);
  let vacant;
  if (twice !== undefined) {
    vacant = [twice];
  } else if (used(person) > rules.loads.get(person)) {
    vacant = laterPlaces(person);
  } else {
    return true;
  }
  const seen = new Set(vacant);
  const asked = new Set(twice === undefined ? [person] : []);
  const vacate = (other) => {
    if (!seen.has(other)) {
      seen.add(other);
      vacant.push(other);
    }
  };
  while (vacant.length) {
    const seat = seats[vacant.shift()];
    for (const name of rules.loads.keys()) {
      if (name === seat.inspector || isFixed(name, seat.school) || !rules.canHold(name, seat)) {
        continue;
      }
      const same = laterAt(name, seat.school);
      if (same !== undefined) {
        vacate(same);
      } else if (used(name) < rules.loads.get(name)) {
        return true;
      } else if (!asked.has(name)) {
        asked.add(name);
        laterPlaces(name).forEach(vacate);
      }
    }
  }
  return false;
}

function substitutionFaults(record) {
  // Who visits which school by now, schools and inspectors that are out, and what is wrong so far.
  const now = { teams: new Map(record.teams.map((team) => [team.school, team])), gone: new Set() };
  const used = new Set(record.selection.map((line) => line.school));
  const faults = [];
  let previous = record.result_digest;
  for (const [place, item] of record.substitutions.entries()) {
    faults.push(...linkFaults(item, place + 1, previous));
    faults.push(...(item.kind === "school" ? schoolReplacedFaults(record, item, now, used) : inspectorReplacedFaults(record, item, now)));
    previous = item.digest;
  }
  return faults;
}

function schoolReplacedFaults(record, item, now, used) {
  const faults = nextTicketFaults(record, item, now.teams, used);
  now.teams.delete(item.school);
  faults.push(...assignmentFaults(record, [item.substitute], [item.team], now));
  now.teams.set(item.substitute, item.team);
  used.add(item.substitute);
  return faults;
}

// The seats that an inspector gives up, in the order of the visits; nobody else's seat is in question.
function inspectorReplacedFaults(record, item, now) {
  const schools = new Set(item.seats.map((seat) => seat.school));
  const own = (member) => member.inspector === item.inspector;
  const wanted = [...now.teams.values()]
    .filter((team) => schools.has(team.school))
    .flatMap((team) => team.members.filter(own).map((member) => `${team.school} ${member.role}`));
  const stated = item.seats.map((seat) => `${seat.school} ${seat.role}`);
  if (!stated.length || wanted.join() !== stated.join()) {
    return [`第${item.number}次递补：应更换的席位为 ${wanted.join("、") || "（无）"}，记录写的是 ${stated.join("、")}`];
  }
  now.gone.add(item.inspector);
  const without = (team) => ({ ...team, members: team.members.filter((member) => !own(member)) });
  const kept = [...now.teams].map(([school, team]) => [school, schools.has(school) ? without(team) : team]);
  const faults = allSeatFaults(record, item.seats, { teams: new Map(kept), gone: now.gone });
  for (const { school, ...seat } of item.seats) {
    const members = now.teams.get(school).members.map((member) => (own(member) ? seat : member));
    now.teams.set(school, { school, members });
  }
  return faults;
}

function linkFaults(item, number, previous) {
  const { digest: stated, ...rest } = item;
  const faults = item.number === number && item.previous === previous ? [] : [`第${number}次递补没有接在前一次之后`];
  return digest(rest) === stated ? faults : [...faults, `第${number}次递补的指纹应为 ${digest(rest)}`];
}

function nextTicketFaults(record, item, current, gone) {
  const place = `第${item.number}次递补`;
  const own = record.commitment.pool.find((line) => line.school === item.school);
  if (!own || !current.has(item.school) || own.stratum !== item.stratum) {
    return [`${place}：学校 ${item.school} 不在应检查的名单中`];
  }
  const next = inTicketOrder(record).find((line) => line.stratum === item.stratum && !gone.has(line.school));
  const wanted = next ? next.school : "（本层已无学校）";
  if (wanted !== item.substitute) {
    return [`${place}：应由 ${wanted} 递补，记录写的是 ${item.substitute}`];
  }
  const ticket = record.tickets.find((line) => line.school === item.substitute).ticket;
  return ticket === item.ticket ? [] : [`${place}：号码应为 ${ticket}`];
}
