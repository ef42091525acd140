"""Logs in other frameworks' shapes.

foreign_logs.py lm-eval TASK GOLDEN CONFIG OUT   from golden results of lm-evaluation-harness:
        samples_TASK_DATE.jsonl and results_DATE.json as it writes them
foreign_logs.py inspect FILE stored|deflated|unfinished|json    an inspect log of three items
"""
import json
import os
import sys
import zipfile

DATE = '2026-01-02T03-04-05.678901'


def lm_eval(task, golden, config, out):
    with open(config) as f:
        config = json.load(f)
    with open(os.path.join(golden, 'expected', task + '.json')) as f:
        want = json.load(f)
    path = os.path.join(golden, 'data', config['dataset_path'], config.get('dataset_name') or 'default',
                        config['test_split'] + '.jsonl')
    with open(path) as f:
        docs = [json.loads(line) for line in f.read().split('\n') if line]
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(out, f'samples_{task}_{DATE}.jsonl'), 'w') as f:
        for s in want['samples'][task]:
            args = {}
            for i, r in enumerate(s['requests']):
                second = r.get('continuation', r.get('generation_kwargs'))
                args[f'gen_args_{i}'] = {'arg_0': r.get('context', r.get('prompt')), 'arg_1': second}
            resps = s['responses']
            if isinstance(resps[0][0], list):  # written as text
                resps = [[[str(lp), str(greedy)] for lp, greedy in one] for one in resps]
            for name, pipeline in s['filters'].items():
                line = {'doc_id': s['doc_id'], 'doc': docs[s['doc_id']], 'target': s['target'],
                        'arguments': args, 'resps': resps, 'filtered_resps': pipeline['filtered'],
                        'filter': name, 'metrics': list(pipeline['metrics']),
                        'doc_hash': s['doc_hash'], 'prompt_hash': s['prompt_hash'],
                        'target_hash': s['target_hash'], **pipeline['metrics']}
                f.write(json.dumps(line, ensure_ascii=False) + '\n')
    results = {k: want[k] for k in ('results', 'versions', 'n-shot', 'higher_is_better', 'n-samples')}
    results |= {'configs': {task: config}, 'model_name': 'golden-lm', 'lm_eval_version': '0.4.9',
                'config': {'limit': None, 'fewshot_seed': 1234}, 'task_hashes': {task: 'x'}}
    with open(os.path.join(out, f'results_{DATE}.json'), 'w') as f:
        json.dump(results, f)


def sample(number, epoch, completion, value, target):
    return {'id': f'q{number}', 'epoch': epoch, 'input': f'{number}+1?', 'target': target,
            'output': {'model': 'm', 'completion': completion, 'time': 0.5,
                       'usage': {'input_tokens': 7, 'output_tokens': 3}},
            'scores': {'match': {'value': value, 'answer': completion, 'explanation': completion}}}


def inspect(path, how):
    header = {'version': 2, 'status': 'success', 'plan': {'steps': [{'solver': 'generate'}]},
              'eval': {'task': 'sums', 'task_version': 0, 'model': 'openai/gpt-x', 'task_args': {},
                       'dataset': {'name': 'sums', 'samples': 3}, 'config': {'epochs': 2},
                       'packages': {'inspect_ai': '0.3.99'}}}
    samples = [sample(1, 1, '2', 'C', '2'), sample(1, 2, '3', 'I', '2'), sample(2, 1, '3', 'C', '3'),
               sample(2, 2, '3', 'C', '3')]
    if how == 'unsure': # of three epochs the second has no number
        samples = [sample(1, 1, '2', 'C', '2'), sample(1, 2, '?', 'maybe', '2'), sample(1, 3, '3', 'I', '2')]
    failed = sample(3, 1, '', 'I', '4')
    del failed['scores']
    failed['error'] = {'message': 'the sandbox broke', 'traceback': ''}
    samples += [failed] * (how != 'unsure')
    if how in ('json', 'unsure'):
        with open(path, 'w') as f:
            json.dump(header | {'samples': samples}, f)
        return
    kind = zipfile.ZIP_STORED if how == 'stored' else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, 'w', kind) as out:
        out.writestr('_journal/start.json' if how == 'unfinished' else 'header.json', json.dumps(header))
        for s in samples:
            out.writestr(f"samples/{s['id']}_epoch_{s['epoch']}.json", json.dumps(s))
        out.writestr('summaries.json', '[]')


if sys.argv[1] == 'lm-eval':
    lm_eval(*sys.argv[2:6])
else:
    inspect(*sys.argv[2:4])
