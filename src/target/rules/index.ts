export { checkRules, RuleChecker } from './check-rules.js';
export { type Rule, type RuleReport, RULES, type RuleSubject, type RuleViolation } from './rule.js';
